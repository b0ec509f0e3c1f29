// GPUs as devices: Cuda with all of its kernels. A file that plans a network on it is compiled as CUDA and includes
// this; ditto.hpp, which has it there, trains and runs them.
#pragma once

#include "ditto/device/cuda/cuda.hpp"
#include "ditto/layers/cuda.cuh"
#include "ditto/losses/cuda.cuh"
#include "ditto/optim/cuda.cuh"

namespace ditto {

template <CudaDevice Device>
inline constexpr bool kernels_are_here<Device> = true;

}  // namespace ditto
