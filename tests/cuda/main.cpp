// The main function of the tests of CUDA: without a GPU they are skipped, and say so.
#define DOCTEST_CONFIG_NO_SHORT_MACRO_NAMES
#include <cuda_runtime.h>
#include <doctest/doctest.h>

#include <cstdio>

int main(int argc, char** argv) {
    int count = 0;
    if (const cudaError_t status = cudaGetDeviceCount(&count); status != cudaSuccess || count == 0) {
        std::printf("skipped: there is no GPU that CUDA can use (%s)\n", cudaGetErrorString(status));
        return 77;
    }
    return doctest::Context(argc, argv).run();
}
