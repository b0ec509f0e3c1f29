// All losses on CUDA.
#pragma once

#include "ditto/losses/concat_bce/cuda.cuh"
#include "ditto/losses/contrastive/cuda.cuh"
#include "ditto/losses/difference_bce/cuda.cuh"
#include "ditto/losses/mining/cuda.cuh"
