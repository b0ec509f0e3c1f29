// All layers on CUDA: their forward and backward functions.
#pragma once

#include "ditto/layers/batch_norm/cuda.cuh"
#include "ditto/layers/conv2d/cuda.cuh"
#include "ditto/layers/conv_block/cuda.cuh"
#include "ditto/layers/dropout/cuda.cuh"
#include "ditto/layers/elementwise/leaky_relu_cuda.cuh"
#include "ditto/layers/elementwise/relu_cuda.cuh"
#include "ditto/layers/elementwise/sigmoid_cuda.cuh"
#include "ditto/layers/flatten/cuda.cuh"
#include "ditto/layers/l2_normalize/cuda.cuh"
#include "ditto/layers/linear/cuda.cuh"
#include "ditto/layers/pooling/average/cuda.cuh"
#include "ditto/layers/pooling/global_average/cuda.cuh"
#include "ditto/layers/pooling/max/cuda.cuh"

namespace ditto {

template <class P>
inline constexpr bool kernels_are_here<Cuda<P>> = true;

}  // namespace ditto
