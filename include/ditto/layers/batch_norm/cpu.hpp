// BatchNorm on the CPU, over a matrix of rows (samples x pixels) and channels.
//
// Statistics: each chunk of rows gives its mean and its sum of squared deviations from that mean; chunks merge in
// float64 and in fixed order (Chan, Golub, LeVeque: "Updating formulae and a pairwise algorithm for computing sample
// variances", 1979). Backward: two sums per channel and twin group, then one elementwise map.
#pragma once

#include <array>
#include <cmath>

#include "ditto/core/chunks.hpp"
#include "ditto/device/cpu/column_sums.hpp"
#include "ditto/device/cpu/cpu.hpp"
#include "ditto/layers/batch_norm/batch_norm.hpp"
#include "ditto/layers/batch_norm/statistics.hpp"
#include "ditto/layers/kernel.hpp"

namespace ditto {

namespace detail {

// The rows (samples x pixels) of a tensor with Channels numbers in each, in chunks.
template <std::size_t Channels>
GroupedChunks grouped_rows(std::size_t groups, std::size_t images, Extents extents) {
    return {groups, images / groups * static_cast<std::size_t>(extents.pixels()), rows_per_chunk(Channels)};
}

// Two numbers of each channel and chunk: [chunks, 2, Channels].
constexpr std::size_t batch_norm_workspace(std::size_t images, std::size_t pixels, std::size_t channels) {
    // Two groups may need one chunk more than one group of all rows.
    return (row_chunks(images * pixels, channels) + 1) * 2 * channels * sizeof(double);
}

// The mean, and the sum of squared deviations from it, of every channel over rows [begin, end). (Device is an argument
// because its type has the instruction set.)
template <std::size_t Channels, class Device, class T>
void chunk_moments(const T* x, std::size_t begin, std::size_t end, double* mean, double* deviations) {
    sum_rows<Channels, T>(begin, end, mean, [&](std::size_t row, T* sum) {
        for (std::size_t c = 0; c < Channels; ++c) sum[c] += x[row * Channels + c];
    });
    const double count = static_cast<double>(end - begin);
    std::array<T, Channels> center;  // the mean, rounded
    for (std::size_t c = 0; c < Channels; ++c) {
        mean[c] /= count;
        center[c] = static_cast<T>(mean[c]);
    }
    sum_rows<Channels, T>(begin, end, deviations, [&](std::size_t row, T* sum) {
        for (std::size_t c = 0; c < Channels; ++c) {
            const T deviation = x[row * Channels + c] - center[c];
            sum[c] += deviation * deviation;
        }
    });
    for (std::size_t c = 0; c < Channels; ++c) {
        const double rounding = mean[c] - static_cast<double>(center[c]);
        deviations[c] -= count * rounding * rounding;
    }
}

// y = weight (x - mean) / deviation + bias for rows [begin, end), which belong to one group.
template <std::size_t Channels, class Device, class T>
void normalize_rows(std::size_t begin, std::size_t end, const T* x, const GroupStatistics<Channels, T>& statistics,
                    std::size_t group, const T* weight, const T* bias, T* y) {
    const T* mean = statistics.mean + group * Channels;
    std::array<T, Channels> scale;
    for (std::size_t c = 0; c < Channels; ++c)
        scale[c] = weight[c] * statistics.inverse_deviation[group * Channels + c];
    for (std::size_t row = begin; row < end; ++row)
        for (std::size_t c = 0; c < Channels; ++c)
            y[row * Channels + c] = (x[row * Channels + c] - mean[c]) * scale[c] + bias[c];
}

template <int Size, class Input, class P>
void batch_norm_training(const Cpu<P>& device, const ForwardCall<typename P::scalar>& call) {
    using T = typename P::scalar;
    constexpr std::size_t channels = Size;
    const auto rows = grouped_rows<channels>(call.groups, call.images, Input::extents);
    auto* moments = static_cast<double*>(call.workspace);  // [chunks, 2, channels]
    parallel_for(rows.count(), device.threads, [&](std::size_t at) {
        double* own = moments + at * 2 * channels;
        chunk_moments<channels, Cpu<P>>(call.input, rows.begin(at), rows.end(at), own, own + channels);
    });

    const GroupStatistics<channels, T> statistics(static_cast<T*>(call.saved));
    for (std::size_t group = 0; group < call.groups; ++group)
        for (std::size_t c = 0; c < channels; ++c) {
            double count = 0.0, mean = 0.0, deviations = 0.0;
            for (std::size_t i = 0; i < rows.count_per_group(); ++i) {
                const std::size_t at = group * rows.count_per_group() + i;
                const double added = static_cast<double>(rows.end(at) - rows.begin(at));
                const double difference = moments[at * 2 * channels + c] - mean;
                count += added;
                mean += difference * added / count;
                deviations +=
                    moments[(at * 2 + 1) * channels + c] + difference * difference * added * (count - added) / count;
            }
            statistics.set(group, c, {count, mean, deviations}, call.buffers);
        }

    parallel_for(rows.count(), device.threads, [&](std::size_t at) {
        normalize_rows<channels, Cpu<P>>(rows.begin(at), rows.end(at), call.input, statistics, rows.group_of(at),
                                         call.parameters[0], call.parameters[1], call.output);
    });
}

template <int Size, class Input, class P>
void batch_norm_inference(const Cpu<P>& device, const ForwardCall<typename P::scalar>& call) {
    using T = typename P::scalar;
    constexpr std::size_t channels = Size;
    const auto scale = running_scale<Size>(call.parameters[0], call.buffers[1]);
    const T* mean = call.buffers[0];
    const T* bias = call.parameters[1];
    parallel_chunks(call.images * Input::extents.pixels(), rows_per_chunk(channels), device.threads,
                    [&](std::size_t begin, std::size_t end) {
                        for (std::size_t row = begin; row < end; ++row)
                            for (std::size_t c = 0; c < channels; ++c)
                                call.output[row * channels + c] =
                                    (call.input[row * channels + c] - mean[c]) * scale[c] + bias[c];
                    });
}

template <int Size, class Input, class P>
void batch_norm_backward(const Cpu<P>& device, const BackwardCall<typename P::scalar>& call) {
    using T = typename P::scalar;
    constexpr std::size_t channels = Size;
    const auto rows = grouped_rows<channels>(call.groups, call.images, Input::extents);
    const GroupStatistics<channels, const T> statistics(static_cast<const T*>(call.saved));
    auto* sums = static_cast<double*>(call.workspace);  // [chunks, 2, channels]: sum of dy, sum of dy * normalised x
    parallel_for(rows.count(), device.threads, [&](std::size_t at) {
        const T* mean = statistics.mean + rows.group_of(at) * channels;
        const T* inverse_deviation = statistics.inverse_deviation + rows.group_of(at) * channels;
        double* own = sums + at * 2 * channels;
        sum_rows<2 * channels, T>(rows.begin(at), rows.end(at), own, [&](std::size_t row, T* sum) {
            for (std::size_t c = 0; c < channels; ++c) {
                const T dy = call.output_gradient[row * channels + c];
                sum[c] += dy;
                sum[channels + c] += dy * (call.input[row * channels + c] - mean[c]);
            }
        });
        for (std::size_t c = 0; c < channels; ++c) own[channels + c] *= static_cast<double>(inverse_deviation[c]);
    });

    // The groups' totals take the place of the groups' first chunks.
    for (std::size_t group = 0; group < call.groups; ++group) {
        double* total = sums + group * rows.count_per_group() * 2 * channels;
        for (std::size_t i = 1; i < rows.count_per_group(); ++i)
            for (std::size_t c = 0; c < 2 * channels; ++c) total[c] += total[i * 2 * channels + c];
    }
    for (std::size_t c = 0; c < channels; ++c) {
        double plain = 0.0, weighted = 0.0;
        for (std::size_t group = 0; group < call.groups; ++group) {
            plain += sums[group * rows.count_per_group() * 2 * channels + c];
            weighted += sums[(group * rows.count_per_group() * 2 + 1) * channels + c];
        }
        call.parameter_gradients[0][c] = static_cast<T>(weighted);
        call.parameter_gradients[1][c] = static_cast<T>(plain);
    }
    if (call.input_gradient == nullptr) return;

    parallel_for(rows.count(), device.threads, [&](std::size_t at) {
        const std::size_t group = rows.group_of(at);
        const T* mean = statistics.mean + group * channels;
        const T* inverse_deviation = statistics.inverse_deviation + group * channels;
        const double* total = sums + group * rows.count_per_group() * 2 * channels;
        const double count = static_cast<double>(rows.per_group);
        std::array<T, channels> scale, shift, slope;
        for (std::size_t c = 0; c < channels; ++c) {
            scale[c] = call.parameters[0][c] * inverse_deviation[c];
            shift[c] = static_cast<T>(total[c] / count);
            slope[c] = static_cast<T>(total[channels + c] / count) * inverse_deviation[c];
        }
        for (std::size_t row = rows.begin(at); row < rows.end(at); ++row)
            for (std::size_t c = 0; c < channels; ++c) {
                const std::size_t i = row * channels + c;
                call.input_gradient[i] =
                    scale[c] * (call.output_gradient[i] - shift[c] - (call.input[i] - mean[c]) * slope[c]);
            }
    });
}

template <int Size, class Input, class P>
struct BatchNormKernel : KernelDefaults {
    using T = typename P::scalar;

    static constexpr std::size_t workspace_bytes(WorkspaceCall call) {
        if (call.phase == PassPhase::inference) return 0;
        return batch_norm_workspace(call.images, Input::extents.pixels(), Size);
    }

    static void forward(const Cpu<P>& device, const ForwardCall<T>& call) {
        if (call.training) {
            batch_norm_training<Size, Input>(device, call);
        } else {
            batch_norm_inference<Size, Input>(device, call);
        }
    }

    static void backward(const Cpu<P>& device, const BackwardCall<T>& call) {
        batch_norm_backward<Size, Input>(device, call);
    }
};

}  // namespace detail

template <int Channels, class Input, class P>
struct Kernel<BatchNorm2d<Channels>, Input, Cpu<P>> : detail::BatchNormKernel<Channels, Input, P> {};
template <int Size, class Input, class P>
struct Kernel<BatchNorm1d<Size>, Input, Cpu<P>> : detail::BatchNormKernel<Size, Input, P> {};

}  // namespace ditto
