// GPUs as devices: Cuda with all of its kernels, and what trains and runs networks on it. A file with Cuda<...> in it
// is compiled as CUDA and includes this, or ditto.hpp.
#pragma once

#include "ditto/device/cuda/cuda.hpp"
#include "ditto/layers/cuda.cuh"
#include "ditto/losses/cuda.cuh"
#include "ditto/optim/cuda.cuh"

namespace ditto {

template <CudaDevice Device>
inline constexpr bool kernels_are_here<Device> = true;

}  // namespace ditto
