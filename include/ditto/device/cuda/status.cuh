// Every status of the CUDA runtime and its libraries is looked at: what failed becomes one Error.
#pragma once

#include <cublasLt.h>
#include <cuda_runtime.h>

#include <string>

#include "ditto/core/error.hpp"

namespace ditto::detail {

/// The version of the runtime that the program was linked with, as "13.0".
inline std::string cuda_version() {
    int version = 0;
    cudaRuntimeGetVersion(&version);
    return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

/// The newest version that the driver supports, as the runtime counts; 0 without a driver.
inline int cuda_driver() {
    int version = 0;
    cudaDriverGetVersion(&version);
    return version;
}

/// What to do about an error of the runtime.
inline std::string cuda_advice(cudaError_t status) {
    switch (status) {
        case cudaErrorNoDevice:
            return "there is no GPU that CUDA can use; compute on the CPU";
        case cudaErrorInsufficientDriver:
            return cuda_driver() == 0 ? "this machine has no NVIDIA driver; install one, or compute on the CPU"
                                      : "the driver is older than this program's CUDA " + cuda_version() +
                                            "; update the driver, or compute on the CPU";
        case cudaErrorNoKernelImageForDevice:
        case cudaErrorInvalidDeviceFunction:
            return "the program was not compiled for this GPU; configure with its architecture in "
                   "CMAKE_CUDA_ARCHITECTURES";
        default:
            return "see the CUDA documentation of this error";
    }
}

/// Throws Error unless `status` is success. `what` names the call.
inline void check(cudaError_t status, const char* what) {
    if (status == cudaSuccess) return;
    throw Error("CUDA: " + std::string(what) + " failed: " + cudaGetErrorString(status) + " (" +
                cudaGetErrorName(status) + "); " + cuda_advice(status));
}

inline void check(cublasStatus_t status, const char* what) {
    if (status == CUBLAS_STATUS_SUCCESS) return;
    throw Error("cuBLASLt: " + std::string(what) + " failed: " + cublasLtGetStatusString(status) +
                "; is the library of the CUDA Toolkit that the program was compiled with?");
}

}  // namespace ditto::detail
