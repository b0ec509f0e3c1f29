// The part of cuDNN's graph API that ditto's CUDA backend uses: see cuda_runtime.h.
#pragma once

#include "cuda_runtime.h"
#include "parts/cudnn_convolution.hpp"
#include "parts/cudnn_descriptors.hpp"
#include "parts/cudnn_engines.hpp"
#include "parts/cudnn_types.hpp"
