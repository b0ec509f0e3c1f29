// All layers on CUDA: their kernels.
#pragma once

#include "ditto/layers/batch_norm/cuda.cuh"
#include "ditto/layers/conv2d/cuda.cuh"
#include "ditto/layers/conv_block/cuda.cuh"
#include "ditto/layers/dropout/cuda.cuh"
#include "ditto/layers/elementwise/cuda.cuh"
#include "ditto/layers/flatten/cuda.cuh"
#include "ditto/layers/l2_normalize/cuda.cuh"
#include "ditto/layers/linear/cuda.cuh"
#include "ditto/layers/pooling/average/cuda.cuh"
#include "ditto/layers/pooling/global_average/cuda.cuh"
#include "ditto/layers/pooling/max/cuda.cuh"
