// All layers on CUDA: their forward and backward functions.
#pragma once

#include "ditto/layers/average_pool2d/cuda.cuh"
#include "ditto/layers/batch_norm/cuda.cuh"
#include "ditto/layers/conv2d/cuda.cuh"
#include "ditto/layers/conv_block/cuda.cuh"
#include "ditto/layers/dropout/cuda.cuh"
#include "ditto/layers/flatten/cuda.cuh"
#include "ditto/layers/global_average_pool2d/cuda.cuh"
#include "ditto/layers/l2_normalize/cuda.cuh"
#include "ditto/layers/leaky_relu/cuda.cuh"
#include "ditto/layers/linear/cuda.cuh"
#include "ditto/layers/max_pool2d/cuda.cuh"
#include "ditto/layers/relu/cuda.cuh"
#include "ditto/layers/sigmoid/cuda.cuh"

namespace ditto {

template <class P>
inline constexpr bool kernels_are_here<Cuda<P>> = true;

}  // namespace ditto
