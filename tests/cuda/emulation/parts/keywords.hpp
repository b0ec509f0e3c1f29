// CUDA's keywords, as g++ and clang may read them.
#pragma once

#define __global__
#define __device__
#define __host__
#define __constant__
#define __forceinline__ inline
#define __launch_bounds__(...)
// Blocks run one after another: a static variable of the kernel is the memory that the threads of a block share. Unlike
// a GPU's, it begins as zeros, and keeps what the last block left.
#define __shared__ static
