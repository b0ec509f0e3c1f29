// The part of cuBLASLt that ditto's CUDA backend uses: see cuda_runtime.h.
#pragma once

#include "cuda_bf16.h"
#include "cuda_runtime.h"
#include "parts/cublas_descriptors.hpp"
#include "parts/cublas_matmul.hpp"
#include "parts/cublas_types.hpp"
