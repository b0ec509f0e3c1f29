// ConvBlock on the CPU: one pass over the full-size map forward, two backward.
//
// Forward: the convolution's epilogue does all but the affine map, which then runs over the block's output in place.
// Backward: (1) BatchNorm's two sums over the output's gradient and the winners; (2) the weight gradient, whose source
// forms the gradient of the convolution's output tile by tile and writes it over the saved map; (3) the input gradient
// from there. A network's first layer skips the writing and (3).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "ditto/device/cpu/column_sums.hpp"
#include "ditto/layers/batch_norm/cpu.hpp"
#include "ditto/layers/conv2d/cpu.hpp"
#include "ditto/layers/conv_block/conv_block.hpp"
#include "ditto/layers/conv_block/epilogue.hpp"
#include "ditto/layers/conv_block/gradient.hpp"
#include "ditto/layers/kernel.hpp"

namespace ditto {

namespace detail {

template <class Block, class Input, class Device>
struct ConvBlockKernel : KernelDefaults {
    using T = typename Device::scalar;
    using Conv = typename Block::Convolution;
    using Passes = ChosenPasses<Conv, Input, Device>;
    using Norm = typename Block::Normalization;
    static constexpr Extents map = Block::map(Input::extents);
    static constexpr Extents out = Block::output(Input::extents);
    static constexpr int height = map.height(), width = map.width();
    static constexpr std::size_t channels = Block::channels;
    using Statistics = GroupStatistics<channels, T>;

    // What forward leaves for backward.
    struct Saved {
        T* map;
        std::uint8_t* places;
        Statistics statistics;

        Saved(void* memory, std::size_t images)
            : map(static_cast<T*>(memory)),
              places(static_cast<std::uint8_t*>(memory) + Block::map_bytes(Input::extents, images, sizeof(T))),
              statistics(reinterpret_cast<T*>(places + Block::winner_bytes(Input::extents, images))) {}
    };

    static constexpr std::size_t workspace_bytes(WorkspaceCall call) {
        return call.phase == PassPhase::training_backward ? backward_bytes(call) : forward_bytes(call);
    }
    static constexpr std::size_t prepared_bytes = Passes::prepared_bytes;
    static void prepare(const Device& device, const std::array<const T*, max_layer_tensors>& parameters, void* to) {
        Passes::prepare(device.threads, parameters[0], static_cast<T*>(to));
    }

    // --- Forward

    static constexpr std::size_t forward_bytes(WorkspaceCall call) {
        const std::size_t bytes =
            Passes::prepared_bytes + round_up(Passes::forward_bytes(call.threads), tensor_alignment);
        if (call.phase == PassPhase::inference) return bytes;
        // Two groups may need one chunk more than one.
        return bytes + (Passes::chunks(call.images, 1).count() + 1) * tile_sums * channels * sizeof(double);
    }

    static void forward(const Device& device, const ForwardCall<T>& call) {
        const T* prepared = prepared_weights<Passes>(device, call);
        auto* workspace = static_cast<std::byte*>(call.workspace) + Passes::prepared_bytes;
        if (call.training) {
            forward_training(device, call, prepared, workspace);
        } else {
            const auto scale = running_scale<Block::channels>(call.parameters[2], call.buffers[1]);
            Passes::forward(device.threads, Passes::chunks(call.images, 1), call.input, prepared, workspace,
                            InferenceEpilogue<T, height, width, Block::channels, Block::pooled>{
                                call.parameters[1], scale.data(), call.buffers[0], call.parameters[3], call.output});
        }
    }

    static void forward_training(const Device& device, const ForwardCall<T>& call, const T* prepared,
                                 std::byte* workspace) {
        const GroupedChunks chunks = Passes::chunks(call.images, call.groups);
        auto* sums = reinterpret_cast<double*>(
            workspace + round_up(Passes::forward_bytes(device.threads), tensor_alignment));  // [chunks, 3, channels]
        std::fill_n(sums, chunks.count() * tile_sums * channels, 0.0);
        const Saved saved(call.saved, call.images);
        Passes::forward(device.threads, chunks, call.input, prepared, workspace,
                        TrainingEpilogue<T, height, width, Block::channels, Block::pooled>{
                            call.parameters[1], call.parameters[2], saved.map, call.output, saved.places, sums});

        for (std::size_t group = 0; group < call.groups; ++group) {
            double* total = sums + group * chunks.count_per_group() * tile_sums * channels;
            for (std::size_t i = 1; i < chunks.count_per_group(); ++i)
                for (std::size_t c = 0; c < tile_sums * channels; ++c) total[c] += total[i * tile_sums * channels + c];
            const double count = static_cast<double>(call.images / call.groups * map.pixels());
            for (std::size_t c = 0; c < channels; ++c) {
                // The tiles' means spread around the mean of all; each tile's numbers spread around the tile's mean.
                // What subtraction leaves of equal means may be below 0. (In this order NaN stays NaN.)
                const double between = std::max(total[channels + c] - total[c] * total[c] * tile_pixels / count, 0.0);
                saved.statistics.set(
                    group, c, {count, total[c] / count, total[2 * channels + c] + between / tile_pixels}, call.buffers);
            }
        }
        const T* from = Block::pooled ? call.output : saved.map;
        normalize(device, call, saved.statistics, out.pixels(), from);
    }

    // output = scale (x - mean) + bias over `pixels` pixels of each image.
    static void normalize(const Device& device, const ForwardCall<T>& call, const Statistics& statistics,
                          std::int64_t pixels, const T* x) {
        const GroupedChunks rows{call.groups, call.images / call.groups * static_cast<std::size_t>(pixels),
                                 rows_per_chunk(channels)};
        parallel_for(rows.count(), device.threads, [&](std::size_t at) {
            normalize_rows<channels, Device>(rows.begin(at), rows.end(at), x, statistics, rows.group_of(at),
                                             call.parameters[2], call.parameters[3], call.output);
        });
    }

    // --- Backward

    // Before the scratch of the passes: the terms of the gradient, and sums of the bias.
    static constexpr std::size_t term_count = std::size_t{6} * channels;
    static constexpr std::size_t terms_bytes = round_up(term_count * sizeof(T), tensor_alignment);
    static constexpr std::size_t bias_bytes(std::size_t images) {
        return round_up(Passes::gradient_chunks(images).count() * channels * sizeof(double), tensor_alignment);
    }
    static constexpr std::size_t backward_bytes(WorkspaceCall call) {
        const std::size_t sums = (row_chunks(call.images * static_cast<std::size_t>(out.pixels()), channels) + 1) * 2 *
                                 channels * sizeof(double);
        return terms_bytes + bias_bytes(call.images) + std::max(sums, Passes::backward_bytes(call.threads));
    }

    static void backward(const Device& device, const BackwardCall<T>& call) {
        auto* workspace = static_cast<std::byte*>(call.workspace);
        const Saved saved(call.saved, call.images);
        T* terms_memory = reinterpret_cast<T*>(workspace);
        const BlockGradientTerms<T> terms{terms_memory, terms_memory + 2 * channels, terms_memory + 4 * channels};
        auto* bias_sums = reinterpret_cast<double*>(workspace + terms_bytes);
        workspace += terms_bytes + bias_bytes(call.images);

        sum_winners(device, call, saved, terms, reinterpret_cast<double*>(workspace));
        const std::size_t gradient_chunks = Passes::gradient_chunks(call.images).count();
        std::fill_n(bias_sums, gradient_chunks * channels, 0.0);
        const bool passes_on = call.input_gradient != nullptr;
        Passes::weight_gradient(device.threads, call.images, call.input,
                                BlockGradientTiles<T, height, width, Block::channels, Block::pooled>{
                                    passes_on, saved.map, call.output_gradient, saved.places, saved.statistics.mean,
                                    terms, call.images / call.groups, bias_sums},
                                call.parameter_gradients[0], workspace);
        if (passes_on)
            Passes::input_gradient(device, call.images, saved.map, call.parameters[0], call.input_gradient, workspace);
        for (std::size_t i = 1; i < gradient_chunks; ++i)
            for (std::size_t c = 0; c < channels; ++c) bias_sums[c] += bias_sums[i * channels + c];
        for (std::size_t c = 0; c < channels; ++c) call.parameter_gradients[1][c] = static_cast<T>(bias_sums[c]);
    }

    // The gradients of BatchNorm's parameters, and the terms of its input's gradient.
    static void sum_winners(const Device& device, const BackwardCall<T>& call, const Saved& saved,
                            const BlockGradientTerms<T>& terms, double* sums) {
        const GroupedChunks rows = grouped_rows<channels>(call.groups, call.images, out);
        parallel_for(rows.count(), device.threads, [&](std::size_t at) {  // sums [chunks, 2, channels]
            const T* mean = saved.statistics.mean + rows.group_of(at) * channels;
            sum_rows<2 * channels, T>(rows.begin(at), rows.end(at), sums + at * 2 * channels,
                                      [&](std::size_t row, T* sum) {
                                          const T* dy = call.output_gradient + row * channels;
                                          add_winners(row, dy, mean, saved, sum, sum + channels);
                                      });
        });
        const double count = static_cast<double>(call.images / call.groups * map.pixels());
        std::array<double, channels> plain_total{}, weighted_total{};
        for (std::size_t group = 0; group < call.groups; ++group) {
            double* total = sums + group * rows.count_per_group() * 2 * channels;
            for (std::size_t i = 1; i < rows.count_per_group(); ++i)
                for (std::size_t c = 0; c < 2 * channels; ++c) total[c] += total[i * 2 * channels + c];
            for (std::size_t c = 0; c < channels; ++c) {
                const std::size_t at = group * channels + c;
                const double inverse = static_cast<double>(saved.statistics.inverse_deviation[at]);
                const double weighted = total[channels + c] * inverse;
                plain_total[c] += total[c];
                weighted_total[c] += weighted;
                terms.scale[at] = call.parameters[2][c] * saved.statistics.inverse_deviation[at];
                terms.constant[at] = static_cast<T>(total[c] / count);
                terms.slope[at] = static_cast<T>(weighted / count * inverse);
            }
        }
        for (std::size_t c = 0; c < channels; ++c) {
            call.parameter_gradients[2][c] = static_cast<T>(weighted_total[c]);
            call.parameter_gradients[3][c] = static_cast<T>(plain_total[c]);
        }
    }

    // plain += dy and weighted += dy (winner - mean) for one pixel, `row`, of the output.
    static void add_winners(std::size_t row, const T* dy, const T* mean, const Saved& saved, T* plain, T* weighted) {
        using V = Simd<T, typename Device::arch>;
        constexpr std::size_t across = static_cast<std::size_t>(out.width());
        const T* pixel = saved.map + (Block::pooled ? row / across * 2 * width + row % across * 2 : row) * channels;
        for (std::size_t c = 0; c < channels; c += V::size) {
            V winner = V::load_unaligned(pixel + c);
            if constexpr (Block::pooled) {
                const V place = load_bytes<V>(saved.places + row * channels + c);
                unrolled<3>([&](auto i) __attribute__((always_inline)) {
                    constexpr std::size_t at = static_cast<std::size_t>((i + 1) / 2 * width + (i + 1) % 2) * channels;
                    winner =
                        xsimd::select(place == V(static_cast<T>(i + 1)), V::load_unaligned(pixel + at + c), winner);
                });
            }
            const V gradient = V::load_unaligned(dy + c);
            (V::load_unaligned(plain + c) + gradient).store_unaligned(plain + c);
            xsimd::fma(gradient, winner - V::load_unaligned(mean + c), V::load_unaligned(weighted + c))
                .store_unaligned(weighted + c);
        }
    }
};

}  // namespace detail

/// Blocks are for the fast algorithms, in fp32.
template <class Conv, class Norm, class... Pool, class Input, class P>
requires(detail::has_fast_passes<Conv, Input, Cpu<P>>) struct Kernel<ConvBlock<Conv, Norm, Pool...>, Input, Cpu<P>>
    : detail::ConvBlockKernel<ConvBlock<Conv, Norm, Pool...>, Input, Cpu<P>> {
};

}  // namespace ditto
