// ConvBlock on CUDA. Forward: products make the map; one pass over it sums for the statistics and keeps each window's
// winner, as on the CPU (epilogue.hpp); one normalises the winners. Backward: BatchNorm's two sums over the winners;
// one pass forms the dense gradient over the map and sums the bias's gradient; products. Map and winners are saved as
// the products leave them: each pass adds the bias and applies ReLU for itself, which costs less than writing the map
// once more.
#pragma once

#include <algorithm>
#include <cstdint>

#include "ditto/core/plan.hpp"
#include "ditto/layers/conv2d/passes.cuh"
#include "ditto/layers/conv_block/tasks.cuh"

namespace ditto {

namespace detail {

template <class Block, class Input, CudaDevice Device>
struct CudaBlock : KernelDefaults {
    using A = typename Device::activation;
    using Grid = BlockGrid<Block, Input>;
    using Passes = CudaConvolution<typename Block::Convolution, Input, Device>;
    static constexpr std::size_t channels = Grid::channels;
    static constexpr int width = vector_width<A>(channels);

    /// The winners' numbers, which this device keeps beside what a block saves on all.
    static constexpr std::size_t kept_bytes(std::size_t images) {
        return Grid::pooled ? images * Grid::out_pixels * channels * sizeof(A) : 0;
    }
    struct Saved {
        A* map;
        Winners<A> winners;
        DeviceStatistics statistics;
        Saved(void* memory, std::size_t images)
            : map(static_cast<A*>(memory)),
              winners{map + images * Grid::pixels * channels, static_cast<std::uint8_t*>(memory) +
                                                                  Block::map_bytes(Input::extents, images, sizeof(A)) +
                                                                  kept_bytes(images)},
              statistics(winners.places + Block::winner_bytes(Input::extents, images), channels) {}
        /// What was normalised.
        const A* normalized() const { return Grid::pooled ? winners.numbers : map; }
    };

    // Before the passes' workspace: the terms of the gradient, or two groups' deviations; sums over rows. In inference,
    // the map.
    static constexpr std::size_t terms_bytes =
        round_up(std::max(GradientTerms::bytes(channels), 2 * channels * sizeof(double)), tensor_alignment);
    static constexpr std::size_t head_bytes(std::size_t images, bool inference) {
        return inference ? round_up(Block::map_bytes(Input::extents, images, sizeof(A)), tensor_alignment)
                         : terms_bytes + round_up(sums_bytes(images * Grid::out_pixels, 2, channels), tensor_alignment);
    }
    static constexpr std::size_t prepared_bytes = Passes::prepared_bytes, image_channels = Passes::image_channels;
    static void prepare(const Device& device, const std::array<const float*, max_layer_tensors>& from, void* to) {
        Passes::prepare(device, from[0], to);
    }
    static constexpr std::size_t workspace_bytes(WorkspaceCall call) {
        return head_bytes(call.images, call.phase == PassPhase::inference) +
               Passes::bytes(call.images, call.padded_images);
    }

    static void forward(const Device& device, const ForwardCall<float, A>& call) {
        auto* head = static_cast<std::byte*>(call.workspace);
        void* workspace = head + head_bytes(call.images, !call.training);
        const std::size_t images = call.images / call.groups;
        if (!call.training) {
            A* map = reinterpret_cast<A*>(head);
            Passes::forward(device, call, map, workspace);
            const FrozenMap norm{call.buffers[0], call.buffers[1], call.parameters[2], call.parameters[3]};
            for_rows<channels, width>(device, call.groups, images * Grid::out_pixels,
                                      PoolNormalize<Grid, A>{map, call.output, call.parameters[1], norm});
            return;
        }
        const Saved saved(call.saved, call.images);
        const std::size_t windows = images * Grid::out_pixels;
        Passes::forward(device, call, saved.map, workspace);
        sum_rows<2, channels, width>(
            device, call.groups, windows,
            SumRectified<Grid, A>{saved.map, saved.winners, call.parameters[1], call.buffers[0], call.parameters[2]},
            head + terms_bytes,
            FinishReluMoments<Grid::channels>{static_cast<double>(images * Grid::pixels), call.groups, saved.statistics,
                                              call.buffers[0], call.buffers[1], reinterpret_cast<double*>(head)});
        const BatchMap norm{saved.statistics, call.parameters[2], call.parameters[3], channels};
        for_rows<channels, width>(
            device, call.groups, windows,
            NormalizeRectified<A, channels, BatchMap>{saved.normalized(), call.output, call.parameters[1], norm});
    }

    static void backward(const Device& device, const BackwardCall<float, A>& call) {
        auto* head = static_cast<std::byte*>(call.workspace);
        void* partial = head + terms_bytes;
        void* workspace = head + head_bytes(call.images, false);
        const Saved saved(call.saved, call.images);
        const GradientTerms terms(head, channels);
        const std::size_t images = call.images / call.groups, windows = images * Grid::out_pixels;
        const float* mean = saved.statistics.mean;
        sum_rows<2, channels, width>(
            device, call.groups, windows,
            SumWinners<Grid, A>{saved.normalized(), call.output_gradient, call.parameters[1], mean}, partial,
            FinishGradients{static_cast<double>(images * Grid::pixels), saved.statistics, call.parameters[2], terms,
                            call.parameter_gradients[2], call.parameter_gradients[3]});
        sum_rows<1, channels, width>(device, call.groups, windows,
                                     FormGradient<Grid, A>{saved.map, call.output_gradient, saved.winners.places,
                                                           call.parameters[1], mean, terms},
                                     partial, StoreSum{call.parameter_gradients[1]});
        Passes::weight_gradient(device, call, saved.map, workspace);
        if (call.input_gradient != nullptr) Passes::input_gradient(device, call, saved.map, workspace);
    }
};

}  // namespace detail

/// Blocks are for channels that keep the parts of what they save aligned.
template <class Conv, class Norm, class... Pool, class Input, CudaDevice Device>
requires(Norm::channels % 4 == 0) struct Kernel<ConvBlock<Conv, Norm, Pool...>, Input, Device>
    : detail::CudaBlock<ConvBlock<Conv, Norm, Pool...>, Input, Device> {
};

}  // namespace ditto
