// cuDNN's graph API: its errors, and the descriptors that everything is said with.
#pragma once

#include <cudnn_graph.h>

#include <array>
#include <cstddef>
#include <string>
#include <utility>

#include "ditto/device/cuda/status.cuh"

namespace ditto::detail {

/// How the addresses of tensors are aligned, as cuDNN is told, and that of the scratch memory, as cudaMalloc would.
inline constexpr std::size_t cudnn_tensor_alignment = 16, cudnn_workspace_alignment = 256;

/// What to do about an error of cuDNN.
inline const char* cudnn_advice(cudnnStatus_t status) {
    switch (CUDNN_STATUS_CATEGORY(status)) {
        case 1000:
            return "are all of cuDNN's libraries installed, in the version that the program was compiled with?";
        case 3000:
            return "use another precision, or configure with -DDITTO_CUDNN=OFF to convolve without cuDNN";
        case 4000:
            return "is the GPU's memory taken by others?";
        default:
            return "see cuDNN's documentation of this status";
    }
}

inline void check(cudnnStatus_t status, const char* what) {
    if (status == CUDNN_STATUS_SUCCESS) return;
    char details[512] = {};
    cudnnGetLastErrorString(details, sizeof details);
    throw Error("cuDNN: " + std::string(what) + " failed: " + cudnnGetErrorString(status) +
                (details[0] == '\0' ? "" : " (" + std::string(details) + ")") + "; " + cudnn_advice(status));
}

/// While it lives, this thread may do what a stream's capture forbids (loading code, taking memory): cuDNN does so when
/// it makes a plan or runs one for the first time, and no such call is part of the captured work.
class RelaxedCapture {
  public:
    RelaxedCapture() { check(cudaThreadExchangeStreamCaptureMode(&mode_), "relaxing a capture"); }
    RelaxedCapture(const RelaxedCapture&) = delete;
    RelaxedCapture& operator=(const RelaxedCapture&) = delete;
    ~RelaxedCapture() { cudaThreadExchangeStreamCaptureMode(&mode_); }

  private:
    cudaStreamCaptureMode mode_ = cudaStreamCaptureModeRelaxed;
};

template <class T>
inline constexpr cudnnBackendAttributeType_t cudnn_attribute_type = CUDNN_TYPE_INT64;
template <>
inline constexpr cudnnBackendAttributeType_t cudnn_attribute_type<float> = CUDNN_TYPE_FLOAT;
template <>
inline constexpr cudnnBackendAttributeType_t cudnn_attribute_type<void*> = CUDNN_TYPE_VOID_PTR;
template <>
inline constexpr cudnnBackendAttributeType_t cudnn_attribute_type<cudnnHandle_t> = CUDNN_TYPE_HANDLE;
template <>
inline constexpr cudnnBackendAttributeType_t cudnn_attribute_type<cudnnDataType_t> = CUDNN_TYPE_DATA_TYPE;
template <>
inline constexpr cudnnBackendAttributeType_t cudnn_attribute_type<cudnnConvolutionMode_t> = CUDNN_TYPE_CONVOLUTION_MODE;
template <>
inline constexpr cudnnBackendAttributeType_t cudnn_attribute_type<cudnnBackendHeurMode_t> = CUDNN_TYPE_HEUR_MODE;

/// A descriptor of the graph API: attributes, then finalised, then used.
class CudnnDescriptor {
  public:
    CudnnDescriptor() = default;
    explicit CudnnDescriptor(cudnnBackendDescriptorType_t type) {
        check(cudnnBackendCreateDescriptor(type, &descriptor_), "describing a convolution");
    }
    CudnnDescriptor(CudnnDescriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, nullptr)) {}
    CudnnDescriptor& operator=(CudnnDescriptor&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~CudnnDescriptor() {
        if (descriptor_ != nullptr) cudnnBackendDestroyDescriptor(descriptor_);
    }

    cudnnBackendDescriptor_t get() const { return descriptor_; }
    template <class T>
    void set(cudnnBackendAttributeName_t name, const T& value) {
        check(cudnnBackendSetAttribute(descriptor_, name, cudnn_attribute_type<T>, 1, &value),
              "describing a convolution");
    }
    template <class T, std::size_t Count>
    void set(cudnnBackendAttributeName_t name, const std::array<T, Count>& values) {
        check(cudnnBackendSetAttribute(descriptor_, name, cudnn_attribute_type<T>, Count, values.data()),
              "describing a convolution");
    }
    void set(cudnnBackendAttributeName_t name, const CudnnDescriptor& other) {
        check(cudnnBackendSetAttribute(descriptor_, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &other.descriptor_),
              "describing a convolution");
    }
    [[nodiscard]] cudnnStatus_t finalize() { return cudnnBackendFinalize(descriptor_); }

  private:
    cudnnBackendDescriptor_t descriptor_ = nullptr;
};

}  // namespace ditto::detail
