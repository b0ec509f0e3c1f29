// All losses on CUDA: their kernels.
#pragma once

#include "ditto/losses/cross_entropy/cuda.cuh"
#include "ditto/losses/distance/cuda.cuh"
#include "ditto/losses/mining/cuda.cuh"
