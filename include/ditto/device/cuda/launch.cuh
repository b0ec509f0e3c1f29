// Launching kernels: loops over numbers, and the sum of a block's threads.
#pragma once

#include <algorithm>
#include <cstddef>

#include "ditto/device/cuda/context.cuh"

namespace ditto::detail {

/// Runs a kernel of `grid` blocks of `block` threads on the device's stream.
template <CudaDevice Device, class... Parameters, class... Arguments>
void launch(const Device& device, void (*kernel)(Parameters...), dim3 grid, dim3 block, const Arguments&... arguments) {
    cudaLaunchConfig_t config{};
    config.gridDim = grid;
    config.blockDim = block;
    config.stream = device.context->stream();
    check(cudaLaunchKernelEx(&config, kernel, static_cast<Parameters>(arguments)...), "a kernel");
}

// Threads of a block, a power of 2. (The thread sanitizer's tests have 128: more it could not tell apart.)
#ifndef DITTO_CUDA_BLOCK_THREADS
#define DITTO_CUDA_BLOCK_THREADS 256
#endif
inline constexpr unsigned block_threads = DITTO_CUDA_BLOCK_THREADS;

template <class Body>
__global__ void for_each_kernel(std::size_t count, Body body) {
    const std::size_t stride = std::size_t{gridDim.x} * blockDim.x;
    for (std::size_t i = std::size_t{blockIdx.x} * blockDim.x + threadIdx.x; i < count; i += stride) body(i);
}

/// body(i) for every i in [0, count), in no order. Body is a structure with a __device__ operator().
template <CudaDevice Device, class Body>
void for_each(const Device& device, std::size_t count, const Body& body) {
    if (count == 0) return;
    const std::size_t blocks = std::min<std::size_t>((count + block_threads - 1) / block_threads, 1 << 16);
    launch(device, &for_each_kernel<Body>, dim3(static_cast<unsigned>(blocks)), dim3(block_threads), count, body);
}

template <class Function, class A>
struct MapOne {
    Function function;
    const A* input;
    A* output;
    __device__ void operator()(std::size_t i) const { output[i] = A(function(static_cast<float>(input[i]))); }
};
template <class Function, class A>
struct MapTwo {
    Function function;
    const A* first;
    const A* second;
    A* output;
    __device__ void operator()(std::size_t i) const {
        output[i] = A(function(static_cast<float>(first[i]), static_cast<float>(second[i])));
    }
};

/// output[i] = function(input[i]), in float; input and output may be the same memory.
template <CudaDevice Device, class A, class Function>
void map(const Device& device, std::size_t size, const A* input, A* output, Function function) {
    for_each(device, size, MapOne<Function, A>{function, input, output});
}
/// output[i] = function(first[i], second[i]).
template <CudaDevice Device, class A, class Function>
void map(const Device& device, std::size_t size, const A* first, const A* second, A* output, Function function) {
    for_each(device, size, MapTwo<Function, A>{function, first, second, output});
}

template <class From, class To>
struct Convert {
    const From* from;
    To* to;
    __device__ void operator()(std::size_t i) const { to[i] = To(static_cast<float>(from[i])); }
};

/// The sum of one number of each thread of a block, for all of them. Every thread of the block must call it.
__device__ inline double block_sum(double own) {
    __shared__ double lanes[block_threads];
    __syncthreads();  // a sum before this one may still be read
    lanes[threadIdx.x] = own;
    __syncthreads();
    for (unsigned half = block_threads / 2; half > 0; half /= 2) {
        if (threadIdx.x < half) lanes[threadIdx.x] += lanes[threadIdx.x + half];
        __syncthreads();
    }
    return lanes[0];
}

}  // namespace ditto::detail
