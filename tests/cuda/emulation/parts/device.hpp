// The device's description.
#pragma once

#include <algorithm>
#include <cstring>
#include <utility>

#include "capture.hpp"
#include "state.hpp"

namespace emulation::detail {

inline constexpr int runtime_version = 13000;
inline constexpr int multiprocessors = 4;
inline constexpr int l2_bytes = 4 << 20;
inline constexpr int shared_bytes_per_block = 48 << 10;

inline bool is_device(int ordinal) {
    return ordinal >= 0 && ordinal < device().count;
}

}  // namespace emulation::detail

inline cudaError_t cudaGetDeviceCount(int* count) {
    using namespace emulation::detail;
    const Lock lock;
    *count = std::max(device().count, 0);
    return result(no_device());
}

inline cudaError_t cudaGetDevice(int* ordinal) {
    using namespace emulation::detail;
    const Lock lock;
    *ordinal = current_device;
    return result(no_device());
}

inline cudaError_t cudaSetDevice(int ordinal) {
    using namespace emulation::detail;
    const Lock lock;
    if (const cudaError_t error = no_device()) return result(error);
    if (!is_device(ordinal)) return result(cudaErrorInvalidDevice);
    current_device = ordinal;
    return cudaSuccess;
}

inline cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int ordinal) {
    using namespace emulation::detail;
    const Lock lock;
    if (const cudaError_t error = no_device()) return result(error);
    if (!is_device(ordinal)) return result(cudaErrorInvalidDevice);
    *properties = {};
    device().name.copy(properties->name, sizeof properties->name - 1);
    properties->totalGlobalMem = device().total;
    properties->sharedMemPerBlock = shared_bytes_per_block;
    properties->regsPerBlock = 65536;
    properties->warpSize = 32;
    properties->maxThreadsPerBlock = 1024;
    std::ranges::copy(std::initializer_list<int>{1024, 1024, 64}, properties->maxThreadsDim);
    std::ranges::copy(std::initializer_list<int>{0x7fffffff, 65535, 65535}, properties->maxGridSize);
    properties->major = device().capability_major;
    properties->minor = device().capability_minor;
    properties->multiProcessorCount = multiprocessors;
    properties->l2CacheSize = l2_bytes;
    properties->maxThreadsPerMultiProcessor = 2048;
    properties->sharedMemPerMultiprocessor = 228 << 10;
    return cudaSuccess;
}

inline cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int ordinal) {
    using namespace emulation::detail;
    cudaDeviceProp properties;
    if (const cudaError_t error = cudaGetDeviceProperties(&properties, ordinal)) return error;
    switch (attribute) {
        case cudaDevAttrMaxThreadsPerBlock:
            *value = properties.maxThreadsPerBlock;
            return cudaSuccess;
        case cudaDevAttrMaxSharedMemoryPerBlock:
            *value = shared_bytes_per_block;
            return cudaSuccess;
        case cudaDevAttrWarpSize:
            *value = properties.warpSize;
            return cudaSuccess;
        case cudaDevAttrMultiProcessorCount:
            *value = properties.multiProcessorCount;
            return cudaSuccess;
        case cudaDevAttrL2CacheSize:
            *value = properties.l2CacheSize;
            return cudaSuccess;
        case cudaDevAttrComputeCapabilityMajor:
            *value = properties.major;
            return cudaSuccess;
        case cudaDevAttrComputeCapabilityMinor:
            *value = properties.minor;
            return cudaSuccess;
    }
    return result(cudaErrorInvalidValue);
}

/// As the real one, this succeeds without a driver too, and reports 0 then.
inline cudaError_t cudaDriverGetVersion(int* version) {
    using namespace emulation::detail;
    const Lock lock;
    *version = device().count > 0 ? runtime_version : 0;
    return cudaSuccess;
}

inline cudaError_t cudaRuntimeGetVersion(int* version) {
    *version = emulation::detail::runtime_version;
    return cudaSuccess;
}

struct cudaFuncAttributes {
    int binaryVersion;
};

/// Fails as a launch of the kernel would.
template <class Kernel>
cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, Kernel*) {
    using namespace emulation::detail;
    const Lock lock;
    if (const cudaError_t error = no_device()) return result(error);
    attributes->binaryVersion = 10 * device().capability_major + device().capability_minor;
    return result(std::exchange(device().next_launch, cudaSuccess));
}

inline cudaError_t cudaDeviceSynchronize() {
    using namespace emulation::detail;
    const Lock lock;
    if (const cudaError_t error = no_device()) return result(error);
    // The device includes every stream, and one that captures cannot be waited for.
    if (device().captures.empty()) return result(finish_all());
    for (const auto& capture : device().captures) capture->invalid = true;
    return result(cudaErrorStreamCaptureUnsupported);
}
