// ConvBlock on CUDA. Forward: products; then one pass adds the bias, applies ReLU and sums for the statistics; then one
// lets each window's winner through and normalises it. Backward: BatchNorm's two sums over the winners; one pass forms
// the dense gradient over the saved map and sums the bias's gradient; products.
#pragma once

#include <cmath>
#include <cstdint>

#include "ditto/core/plan.hpp"
#include "ditto/layers/batch_norm/cuda.cuh"
#include "ditto/layers/conv2d/passes.cuh"
#include "ditto/layers/conv_block/conv_block.hpp"
#include "ditto/layers/pooling/winner.hpp"

namespace ditto {

namespace detail {

/// Integers of a block, as device code reads them.
template <class Block, class Input>
struct BlockGrid {
    static constexpr int height = Block::map(Input::extents).height(), width = Block::map(Input::extents).width();
    static constexpr int channels = Block::channels;
    static constexpr bool pooled = Block::pooled;
    static constexpr int out_height = pooled ? height / 2 : height, out_width = pooled ? width / 2 : width;
    static constexpr std::size_t pixels = std::size_t{height} * width;
    static constexpr std::size_t out_pixels = std::size_t{out_height} * out_width;

    /// The index in the map of the first pixel of the window of number `i` of the output, or of the number itself.
    static __device__ std::size_t window(std::size_t i) {
        if constexpr (!pooled) return i;
        const std::size_t pixel = i / channels, row = pixel / out_width, column = pixel % out_width;
        return (row * 2 * width + column * 2) * channels + i % channels;
    }
    /// How far place `place` of a window lies behind its first pixel.
    static __device__ std::size_t step(int place) {
        return static_cast<std::size_t>(place / 2 * width + place % 2) * channels;
    }
};

/// map = relu(map + bias), and its sums from the running mean on.
template <class A>
struct AddReluMoments {
    A* map;
    const float* bias;
    const float* origin;
    std::size_t channels;
    __device__ void operator()(std::size_t row, std::size_t, std::size_t channel, float* sums) const {
        A& number = map[row * channels + channel];
        const float moved = static_cast<float>(number) + bias[channel];
        number = A(ReLU::value(moved));
        const float x = static_cast<float>(number) - origin[channel];
        sums[0] += x;
        sums[1] += x * x;
    }
};

/// The statistics of a group from these sums. The running mean is the sums' origin for all groups, so the averages
/// move after the last one: group by group, from the means that `statistics` has.
template <int Channels>
struct FinishReluMoments {
    double count;
    std::size_t groups;
    DeviceStatistics statistics;
    float* running_mean;
    float* running_variance;
    double* deviations;  // [groups, Channels], scratch
    __device__ void operator()(std::size_t channel, std::size_t group, const double* totals) const {
        const double shift = totals[0] / count, mean = static_cast<double>(running_mean[channel]) + shift;
        const Moments moments{count, mean, std::fmax(0.0, totals[1] - totals[0] * shift)};
        statistics.mean[group * Channels + channel] = static_cast<float>(mean);
        statistics.inverse_deviation[group * Channels + channel] = static_cast<float>(moments.inverse_deviation());
        deviations[group * Channels + channel] = moments.deviations;
        if (group + 1 < groups) return;
        for (std::size_t g = 0; g < groups; ++g) {
            const auto own = static_cast<double>(statistics.mean[g * Channels + channel]);
            Moments{count, own, deviations[g * Channels + channel]}.move(running_mean[channel],
                                                                         running_variance[channel]);
        }
    }
};

/// The winner of a window by the sign of BatchNorm's weight, as the pool after the affine map would choose; the first
/// of equal ones, NaN before all.
template <class Grid, class Load>
__device__ float window_winner(float weight, int& winner, const Load& load) {
    const float sign = weight > 0.0F ? 1.0F : weight < 0.0F ? -1.0F : 0.0F;
    float best = load(0);
    winner = 0;
    if constexpr (Grid::pooled) {
        for (int place = 1; place < 4; ++place) {
            const float x = load(place);
            if (wins(sign * x, sign * best)) {
                best = x;
                winner = place;
            }
        }
    }
    return best;
}

template <class Grid, class A>
struct PoolNormalize {
    const A* map;
    A* output;
    std::uint8_t* places;
    std::size_t group_size;  // numbers of the output in a group
    DeviceStatistics statistics;
    const float* weight;
    const float* bias;
    __device__ void operator()(std::size_t i) const {
        const std::size_t channel = i % Grid::channels, at = i / group_size * Grid::channels + channel;
        const std::size_t first = Grid::window(i);
        int winner = 0;
        const float x = window_winner<Grid>(
            weight[channel], winner, [&](int place) { return static_cast<float>(map[first + Grid::step(place)]); });
        if constexpr (Grid::pooled) places[i] = static_cast<std::uint8_t>(winner);
        const float scale = weight[channel] * statistics.inverse_deviation[at];
        output[i] = A((x - statistics.mean[at]) * scale + bias[channel]);
    }
};

/// In inference: bias, ReLU, pool and affine map at once.
template <class Grid, class A>
struct FrozenBlock {
    const A* map;
    A* output;
    const float* convolution_bias;
    NormalizeFrozen<A> norm;
    __device__ void operator()(std::size_t i) const {
        const std::size_t channel = i % Grid::channels, first = Grid::window(i);
        int winner = 0;
        const float x = window_winner<Grid>(norm.weight[channel], winner, [&](int place) {
            const float moved = static_cast<float>(map[first + Grid::step(place)]) + convolution_bias[channel];
            return ReLU::value(moved);
        });
        output[i] = A(norm.value(x, channel));
    }
};

/// Sums of dy and of dy (winner - mean).
template <class Grid, class A>
struct AddWinners {
    const A* map;
    const A* dy;
    const std::uint8_t* places;
    const float* mean;
    __device__ void operator()(std::size_t row, std::size_t group, std::size_t channel, float* sums) const {
        const std::size_t i = row * Grid::channels + channel;
        const std::size_t place = Grid::pooled ? Grid::step(places[i]) : 0;
        const float gradient = static_cast<float>(dy[i]);
        sums[0] += gradient;
        sums[1] +=
            gradient * (static_cast<float>(map[Grid::window(i) + place]) - mean[group * Grid::channels + channel]);
    }
};

/// map = the gradient of the convolution's output, and its sum.
template <class Grid, class A>
struct FormGradient {
    A* map;
    const A* dy;
    const std::uint8_t* places;
    const float* mean;
    GradientTerms terms;
    std::size_t rows_per_group;
    __device__ void operator()(std::size_t row, std::size_t, std::size_t channel, float* sums) const {
        const std::size_t i = row * Grid::channels + channel, at = row / rows_per_group * Grid::channels + channel;
        float gradient = 0.0F;
        if constexpr (Grid::pooled) {
            const std::size_t image_row = row / Grid::width, column = row % Grid::width;
            const std::size_t out = (image_row / 2 * Grid::out_width + column / 2) * Grid::channels + channel;
            if (places[out] == image_row % 2 * 2 + column % 2) gradient = static_cast<float>(dy[out]);
        } else {
            gradient = static_cast<float>(dy[i]);
        }
        const float x = static_cast<float>(map[i]);
        const float slope = terms.scale[at] * (gradient - terms.constant[at] - (x - mean[at]) * terms.slope[at]);
        map[i] = A(ReLU::gradient(x, slope));
        sums[0] += static_cast<float>(map[i]);
    }
};

template <class Block, class Input, CudaDevice Device>
struct CudaBlock : KernelDefaults {
    using A = typename Device::activation;
    using Grid = BlockGrid<Block, Input>;
    using Passes = CudaConvolution<typename Block::Convolution, Input, Device>;
    static constexpr std::size_t channels = Grid::channels;

    struct Saved {
        A* map;
        std::uint8_t* places;
        DeviceStatistics statistics;
        Saved(void* memory, std::size_t images)
            : map(static_cast<A*>(memory)),
              places(static_cast<std::uint8_t*>(memory) + Block::map_bytes(Input::extents, images, sizeof(A))),
              statistics(places + Block::winner_bytes(Input::extents, images), channels) {}
    };

    // Before the passes' workspace: the terms of the gradient, or two groups' deviations; sums over rows. In inference,
    // the map.
    static constexpr std::size_t terms_bytes =
        round_up(std::max(GradientTerms::bytes(channels), 2 * channels * sizeof(double)), tensor_alignment);
    static constexpr std::size_t head_bytes(std::size_t images, bool inference) {
        return inference ? round_up(Block::map_bytes(Input::extents, images, sizeof(A)), tensor_alignment)
                         : terms_bytes + round_up(sums_bytes(images * Grid::pixels, 2, channels), tensor_alignment);
    }
    static constexpr std::size_t prepared_bytes = Passes::prepared_bytes;
    static void prepare(const Device& device, const std::array<const float*, max_layer_tensors>& from, void* to) {
        Passes::prepare(device, from[0], to);
    }
    static constexpr std::size_t workspace_bytes(WorkspaceCall call) {
        return head_bytes(call.images, call.phase == PassPhase::inference) + Passes::bytes(call.images);
    }

    static void forward(const Device& device, const ForwardCall<float, A>& call) {
        auto* head = static_cast<std::byte*>(call.workspace);
        void* workspace = head + head_bytes(call.images, !call.training);
        const std::size_t outputs = call.images * Grid::out_pixels * channels;
        if (!call.training) {
            A* map = reinterpret_cast<A*>(head);
            Passes::forward(device, call.images, call.input, Passes::weight(call), map, workspace);
            for_each(device, outputs,
                     FrozenBlock<Grid, A>{map,
                                          call.output,
                                          call.parameters[1],
                                          {nullptr, nullptr, channels, call.buffers[0], call.buffers[1],
                                           call.parameters[2], call.parameters[3], Block::Normalization::epsilon}});
            return;
        }
        const Saved saved(call.saved, call.images);
        const std::size_t rows = call.images / call.groups * Grid::pixels;
        Passes::forward(device, call.images, call.input, Passes::weight(call), saved.map, workspace);
        sum_rows<2>(
            device, call.groups, rows, channels,
            AddReluMoments<A>{saved.map, call.parameters[1], call.buffers[0], channels},
            reinterpret_cast<double*>(head + terms_bytes),
            FinishReluMoments<Grid::channels>{static_cast<double>(rows), call.groups, saved.statistics, call.buffers[0],
                                              call.buffers[1], reinterpret_cast<double*>(head)});
        for_each(device, outputs,
                 PoolNormalize<Grid, A>{saved.map, call.output, saved.places, outputs / call.groups, saved.statistics,
                                        call.parameters[2], call.parameters[3]});
    }

    static void backward(const Device& device, const BackwardCall<float, A>& call) {
        auto* head = static_cast<std::byte*>(call.workspace);
        auto* partial = reinterpret_cast<double*>(head + terms_bytes);
        void* workspace = head + head_bytes(call.images, false);
        const Saved saved(call.saved, call.images);
        const GradientTerms terms(head, channels);
        const std::size_t rows = call.images / call.groups * Grid::pixels;
        sum_rows<2>(device, call.groups, call.images / call.groups * Grid::out_pixels, channels,
                    AddWinners<Grid, A>{saved.map, call.output_gradient, saved.places, saved.statistics.mean}, partial,
                    FinishGradients{static_cast<double>(rows), channels, saved.statistics, call.parameters[2], terms,
                                    call.parameter_gradients[2], call.parameter_gradients[3]});
        sum_rows<1>(
            device, 1, call.images * Grid::pixels, channels,
            FormGradient<Grid, A>{saved.map, call.output_gradient, saved.places, saved.statistics.mean, terms, rows},
            partial, StoreColumn{call.parameter_gradients[1]});
        Passes::weight_gradient(device, call.images, call.input, saved.map, call.parameter_gradients[0], workspace);
        if (call.input_gradient != nullptr)
            Passes::input_gradient(device, call.images, saved.map, Passes::weight(call), call.input_gradient,
                                   workspace);
    }
};

}  // namespace detail

/// Blocks are for channels that keep the parts of what they save aligned.
template <class Conv, class Norm, class... Pool, class Input, CudaDevice Device>
requires(Norm::channels % 4 == 0) struct Kernel<ConvBlock<Conv, Norm, Pool...>, Input, Device>
    : detail::CudaBlock<ConvBlock<Conv, Norm, Pool...>, Input, Device> {
};

}  // namespace ditto
