// Work on the rows of a matrix [rows, Channels] on a GPU, and sums over them, in an order that depends on shapes alone.
//
// A block has a chunk of consecutive rows of one group, and some neighbouring channels. A thread of it takes `Width`
// channels of every n-th row, 16 bytes at a time: what depends on group and channel it keeps in registers. A Task, a
// structure that the kernel gets, makes of these a Lane:
//
//   struct Task {
//       struct Lane {
//           __device__ void operator()(std::size_t row, Floats<Width> (&sums)[Sums]);  // without sums: (row)
//       };
//       __device__ Lane lane(std::size_t group, std::size_t channel) const;  // for channel and those after it
//   };
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>

#include "ditto/core/chunks.hpp"
#include "ditto/device/cuda/launch.cuh"
#include "ditto/device/cuda/vector.cuh"

namespace ditto::detail {

/// How the threads of a block lie over its rows and channels.
template <std::size_t Channels, int Width>
struct RowLanes {
    /// Threads side by side: 512 bytes of a row, or all of a shorter one (and idle threads, where that is no power of
    /// 2).
    static constexpr unsigned columns =
        std::bit_ceil(static_cast<unsigned>(std::min<std::size_t>(32, Channels / Width)));
    static constexpr unsigned lanes = block_threads / columns;
    static constexpr unsigned channels = columns * Width;  ///< of a block
    static constexpr unsigned blocks = (Channels + channels - 1) / channels;
};

/// Rows of `groups` groups cut into at most about 1024 chunks, of at least 64 rows.
constexpr GroupedChunks chunked_rows(std::size_t groups, std::size_t rows_per_group) {
    return {groups, rows_per_group, std::max<std::size_t>(64, (groups * rows_per_group + 1023) / 1024)};
}
/// Bytes of the partial sums, [chunks, Sums, channels] in float64, of `rows` rows in up to two groups.
constexpr std::size_t sums_bytes(std::size_t rows, std::size_t sums, std::size_t channels) {
    const std::size_t chunks = std::max(chunked_rows(1, rows).count(), chunked_rows(2, (rows + 1) / 2).count());
    return chunks * sums * channels * sizeof(double);
}

/// Calls work(lane, row) for this thread's rows and channels; nothing for a thread beyond the last channel.
template <std::size_t Channels, int Width, class Task, class Work>
__device__ void for_own_rows(const GroupedChunks& chunks, const Task& task, const Work& work) {
    using Lanes = RowLanes<Channels, Width>;
    const std::size_t chunk = blockIdx.x;
    const unsigned column = threadIdx.x % Lanes::columns, lane = threadIdx.x / Lanes::columns;
    const std::size_t channel = (std::size_t{blockIdx.y} * Lanes::columns + column) * Width;
    if (channel >= Channels) return;
    auto own = task.lane(chunks.group_of(chunk), channel);
    const std::size_t end = chunks.end(chunk);
    for (std::size_t row = chunks.begin(chunk) + lane; row < end; row += Lanes::lanes) work(own, row);
}

template <std::size_t Channels, int Width, class Task>
__global__ void __launch_bounds__(block_threads) rows_kernel(GroupedChunks chunks, Task task) {
    for_own_rows<Channels, Width>(chunks, task, [](auto& lane, std::size_t row) { lane(row); });
}

template <int Sums, std::size_t Channels, int Width, class Task>
__global__ void __launch_bounds__(block_threads) row_sums_kernel(GroupedChunks chunks, Task task, double* partial) {
    using Lanes = RowLanes<Channels, Width>;
    __shared__ float shared[Lanes::lanes][Sums][Lanes::channels];
    Floats<Width> own[Sums] = {};
    for_own_rows<Channels, Width>(chunks, task, [&](auto& lane, std::size_t row) { lane(row, own); });
    DITTO_UNROLL
    for (int s = 0; s < Sums; ++s) {
        DITTO_UNROLL
        for (int i = 0; i < Width; ++i)
            shared[threadIdx.x / Lanes::columns][s][threadIdx.x % Lanes::columns * Width + static_cast<unsigned>(i)] =
                own[s].at[i];
    }
    __syncthreads();
    for (unsigned at = threadIdx.x; at < Sums * Lanes::channels; at += block_threads) {
        const std::size_t channel = std::size_t{blockIdx.y} * Lanes::channels + at % Lanes::channels;
        const unsigned s = at / Lanes::channels;
        if (channel >= Channels) continue;
        double total = 0.0;
        for (unsigned lane = 0; lane < Lanes::lanes; ++lane)
            total += static_cast<double>(shared[lane][s][at % Lanes::channels]);
        partial[(blockIdx.x * Sums + s) * Channels + channel] = total;
    }
}

template <int Sums, std::size_t Channels, class Finish>
__global__ void finish_sums_kernel(GroupedChunks chunks, const double* partial, Finish finish) {
    const std::size_t channel = blockIdx.x, per_group = chunks.count_per_group();
    for (std::size_t group = 0; group < chunks.groups; ++group) {
        double totals[Sums];
        for (int s = 0; s < Sums; ++s) {
            double own = 0.0;
            for (std::size_t i = threadIdx.x; i < per_group; i += block_threads)
                own += partial[((group * per_group + i) * Sums + static_cast<std::size_t>(s)) * Channels + channel];
            totals[s] = block_sum(own);
        }
        if (threadIdx.x == 0) finish(channel, group, totals);
    }
}

/// Does a task for every row of every group.
template <std::size_t Channels, int Width, CudaDevice Device, class Task>
void for_rows(const Device& device, std::size_t groups, std::size_t rows_per_group, const Task& task) {
    const GroupedChunks chunks = chunked_rows(groups, rows_per_group);
    const dim3 grid(static_cast<unsigned>(chunks.count()), RowLanes<Channels, Width>::blocks);
    launch(device, &rows_kernel<Channels, Width, Task>, grid, dim3(block_threads), chunks, task);
}

/// The same, and each lane adds to `Sums` sums (float over few rows, float64 over lanes and chunks); then
/// finish(channel, group, totals) takes them, groups in order. `partial` has sums_bytes() bytes.
template <int Sums, std::size_t Channels, int Width, CudaDevice Device, class Task, class Finish>
void sum_rows(const Device& device, std::size_t groups, std::size_t rows_per_group, const Task& task, void* partial,
              const Finish& finish) {
    const GroupedChunks chunks = chunked_rows(groups, rows_per_group);
    const dim3 grid(static_cast<unsigned>(chunks.count()), RowLanes<Channels, Width>::blocks);
    auto* sums = static_cast<double*>(partial);
    launch(device, &row_sums_kernel<Sums, Channels, Width, Task>, grid, dim3(block_threads), chunks, task, sums);
    launch(device, &finish_sums_kernel<Sums, Channels, Finish>, dim3(static_cast<unsigned>(Channels)),
           dim3(block_threads), chunks, static_cast<const double*>(sums), finish);
}

/// The sum over rows of a matrix [rows, Channels]: the gradient of a bias.
template <class A, std::size_t Channels>
struct ColumnSums {
    static constexpr int width = vector_width<A>(Channels);
    const A* x;
    struct Lane {
        const A* x;
        __device__ void operator()(std::size_t row, Floats<width> (&sums)[1]) const {
            const Floats<width> numbers = load_floats<width>(x + row * Channels);
            DITTO_UNROLL
            for (int i = 0; i < width; ++i) sums[0].at[i] += numbers.at[i];
        }
    };
    __device__ Lane lane(std::size_t, std::size_t channel) const { return {x + channel}; }
};
/// to[channel] = the sum over all groups.
struct StoreSum {
    float* to;
    __device__ void operator()(std::size_t channel, std::size_t group, const double* totals) const {
        to[channel] = static_cast<float>(totals[0]) + (group == 0 ? 0.0F : to[channel]);
    }
};
template <std::size_t Channels, CudaDevice Device, class A>
void column_sums(const Device& device, std::size_t rows, const A* x, float* to, void* partial) {
    using Task = ColumnSums<A, Channels>;
    sum_rows<1, Channels, Task::width>(device, 1, rows, Task{x}, partial, StoreSum{to});
}

}  // namespace ditto::detail
