// Launching kernels: loops over numbers, and sums over the rows of a matrix, in an order that depends on shapes alone.
#pragma once

#include <algorithm>
#include <cstddef>

#include "ditto/core/chunks.hpp"
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

inline constexpr unsigned block_threads = 256;

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

// --- Sums

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

inline constexpr unsigned column_threads = 64;  ///< neighbouring channels of a block
inline constexpr unsigned row_lanes = block_threads / column_threads;

/// Rows of `groups` groups cut into at most about 512 chunks a group, of at least 64 rows: each gives partial sums.
constexpr GroupedChunks sum_chunks(std::size_t groups, std::size_t rows_per_group) {
    return {groups, rows_per_group, std::max<std::size_t>(64, (rows_per_group + 511) / 512)};
}
/// Bytes of the partial sums, [chunks, Sums, channels] in float64, of `rows` rows in up to two groups.
constexpr std::size_t sums_bytes(std::size_t rows, std::size_t sums, std::size_t channels) {
    return (sum_chunks(1, rows).count() + sum_chunks(2, (rows + 1) / 2).count()) * sums * channels * sizeof(double);
}

template <int Sums, class Body>
__global__ void sum_chunk_kernel(GroupedChunks chunks, std::size_t channels, Body body, double* partial) {
    __shared__ float lanes[row_lanes][Sums][column_threads];
    const std::size_t chunk = blockIdx.x;
    const unsigned column = threadIdx.x % column_threads, lane = threadIdx.x / column_threads;
    const std::size_t channel = std::size_t{blockIdx.y} * column_threads + column;
    float own[Sums] = {};
    if (channel < channels) {
        const std::size_t end = chunks.end(chunk), group = chunks.group_of(chunk);
        for (std::size_t row = chunks.begin(chunk) + lane; row < end; row += row_lanes) body(row, group, channel, own);
    }
    for (int s = 0; s < Sums; ++s) lanes[lane][s][column] = own[s];
    __syncthreads();
    if (lane == 0 && channel < channels) {
        for (int s = 0; s < Sums; ++s) {
            double total = 0.0;
            for (unsigned l = 0; l < row_lanes; ++l) total += static_cast<double>(lanes[l][s][column]);
            partial[(chunk * Sums + static_cast<std::size_t>(s)) * channels + channel] = total;
        }
    }
}

template <int Sums, class Finish>
__global__ void finish_sums_kernel(GroupedChunks chunks, std::size_t channels, const double* partial, Finish finish) {
    const std::size_t channel = blockIdx.x, per_group = chunks.count_per_group();
    for (std::size_t group = 0; group < chunks.groups; ++group) {
        double totals[Sums];
        for (int s = 0; s < Sums; ++s) {
            double own = 0.0;
            for (std::size_t i = threadIdx.x; i < per_group; i += block_threads)
                own += partial[((group * per_group + i) * Sums + static_cast<std::size_t>(s)) * channels + channel];
            totals[s] = block_sum(own);
        }
        if (threadIdx.x == 0) finish(channel, group, totals);
    }
}

/// For each channel and group of rows: body(row, group, channel, sums) adds to `Sums` sums (float over few rows,
/// float64 over chunks), then finish(channel, group, totals) takes them, groups in order. `partial` has sums_bytes()
/// bytes.
template <int Sums, CudaDevice Device, class Body, class Finish>
void sum_rows(const Device& device, std::size_t groups, std::size_t rows_per_group, std::size_t channels,
              const Body& body, double* partial, const Finish& finish) {
    const GroupedChunks chunks = sum_chunks(groups, rows_per_group);
    const dim3 grid(static_cast<unsigned>(chunks.count()),
                    static_cast<unsigned>((channels + column_threads - 1) / column_threads));
    launch(device, &sum_chunk_kernel<Sums, Body>, grid, dim3(block_threads), chunks, channels, body, partial);
    launch(device, &finish_sums_kernel<Sums, Finish>, dim3(static_cast<unsigned>(channels)), dim3(block_threads),
           chunks, channels, static_cast<const double*>(partial), finish);
}

/// The sum over rows of a matrix [rows, channels]: the gradient of a bias.
template <class A>
struct AddColumn {
    const A* x;
    std::size_t channels;
    __device__ void operator()(std::size_t row, std::size_t, std::size_t channel, float* sums) const {
        sums[0] += static_cast<float>(x[row * channels + channel]);
    }
};
struct StoreColumn {
    float* to;
    __device__ void operator()(std::size_t channel, std::size_t, const double* totals) const {
        to[channel] = static_cast<float>(totals[0]);
    }
};
template <CudaDevice Device, class A>
void column_sums(const Device& device, std::size_t rows, std::size_t channels, const A* x, float* to, void* partial) {
    sum_rows<1>(device, 1, rows, channels, AddColumn<A>{x, channels}, static_cast<double*>(partial), StoreColumn{to});
}

}  // namespace ditto::detail
