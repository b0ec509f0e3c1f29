// The main function of the tests with GPUs that are described to cuDNN: where it cannot be told of one they are
// skipped, and say so.
#define DOCTEST_CONFIG_NO_SHORT_MACRO_NAMES
#include <cudnn_graph.h>
#include <doctest/doctest.h>

#include <cstddef>
#include <cstdio>

namespace {

/// What cuDNN says to a description that says nothing.
cudnnStatus_t describe_nothing() {
    cudnnBackendDescriptor_t gpu = nullptr;
    cudnnStatus_t status = cudnnBackendCreateDescriptor(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR, &gpu);
    if (status != CUDNN_STATUS_SUCCESS) return status;
    status = cudnnBackendSetAttribute(gpu, CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, CUDNN_TYPE_CHAR, 2, "{}");
    if (status == CUDNN_STATUS_SUCCESS) status = cudnnBackendFinalize(gpu);
    cudnnBackendDestroyDescriptor(gpu);
    return status;
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t version = cudnnGetVersion();
    const int major = static_cast<int>(version / 10000), minor = static_cast<int>(version / 100 % 100);
    if (version < 90800) {
        std::printf("skipped: this is cuDNN %d.%d, and only 9.8 and newer can be told of a GPU that is not there\n",
                    major, minor);
        return 77;
    }
    if (describe_nothing() == CUDNN_STATUS_SUBLIBRARY_LOADING_FAILED) {
        std::printf("skipped: cuDNN %d.%d loads only beside NVIDIA's driver, whose libcuda.so.1 is not here\n", major,
                    minor);
        return 77;
    }
    return doctest::Context(argc, argv).run();
}
