// BatchNorm on CUDA: sums over rows (samples x pixels) of each channel and twin group, then one map over all rows.
#pragma once

#include <array>
#include <cmath>

#include "ditto/core/plan.hpp"
#include "ditto/device/cuda/rows.cuh"
#include "ditto/layers/batch_norm/batch_norm.hpp"
#include "ditto/layers/batch_norm/statistics.hpp"
#include "ditto/layers/kernel.hpp"

namespace ditto {

namespace detail {

/// What forward leaves for backward: [groups, channels] each (GroupStatistics).
struct DeviceStatistics {
    float* mean;
    float* inverse_deviation;
    DeviceStatistics(void* saved, std::size_t channels)
        : mean(static_cast<float*>(saved)), inverse_deviation(mean + 2 * channels) {}
};

/// Sums of x and x^2, both from the group's first row: near its mean, so that squares do not swallow the variance.
template <class A, std::size_t Channels>
struct SumMoments {
    static constexpr int width = vector_width<A>(Channels);
    const A* x;
    std::size_t rows_per_group;
    struct Lane {
        const A* x;
        Floats<width> origin;
        __device__ void operator()(std::size_t row, Floats<width> (&sums)[2]) const {
            const Floats<width> numbers = load_floats<width>(x + row * Channels);
            DITTO_UNROLL
            for (int i = 0; i < width; ++i) {
                const float moved = numbers.at[i] - origin.at[i];
                sums[0].at[i] += moved;
                sums[1].at[i] += moved * moved;
            }
        }
    };
    __device__ Lane lane(std::size_t group, std::size_t channel) const {
        return {x + channel, load_floats<width>(x + group * rows_per_group * Channels + channel)};
    }
};

/// Statistics of a group from these sums; moves the running averages.
template <int Channels, class A>
struct FinishMoments {
    const A* x;
    std::size_t rows_per_group;
    DeviceStatistics statistics;
    float* running_mean;
    float* running_variance;
    __device__ void operator()(std::size_t channel, std::size_t group, const double* totals) const {
        const double count = static_cast<double>(rows_per_group);
        const double origin = static_cast<double>(static_cast<float>(x[group * rows_per_group * Channels + channel]));
        const double shift = totals[0] / count;
        const Moments moments{count, origin + shift, std::fmax(0.0, totals[1] - totals[0] * shift)};
        statistics.mean[group * Channels + channel] = static_cast<float>(moments.mean);
        statistics.inverse_deviation[group * Channels + channel] = static_cast<float>(moments.inverse_deviation());
        moments.move(running_mean[channel], running_variance[channel]);
    }
};

/// y = (x - mean) scale + bias, of `Width` channels.
template <int Width>
struct ChannelAffine {
    Floats<Width> mean, scale, bias;
    __device__ float value(int i, float x) const { return (x - mean.at[i]) * scale.at[i] + bias.at[i]; }
};

/// Normalises by a group's statistics.
struct BatchMap {
    DeviceStatistics statistics;
    const float* weight;
    const float* bias;
    std::size_t channels;
    template <int Width>
    __device__ ChannelAffine<Width> of(std::size_t group, std::size_t channel) const {
        const std::size_t at = group * channels + channel;
        ChannelAffine<Width> map{constants<Width>(statistics.mean + at), constants<Width>(weight + channel),
                                 constants<Width>(bias + channel)};
        DITTO_UNROLL
        for (int i = 0; i < Width; ++i)
            map.scale.at[i] *= statistics.inverse_deviation[at + static_cast<std::size_t>(i)];
        return map;
    }
};

/// Normalises by the running averages.
struct FrozenMap {
    const float* mean;
    const float* variance;
    const float* weight;
    const float* bias;
    template <int Width>
    __device__ ChannelAffine<Width> of(std::size_t, std::size_t channel) const {
        constexpr auto epsilon = static_cast<float>(BatchNorm<1>::epsilon);
        ChannelAffine<Width> map{constants<Width>(mean + channel), constants<Width>(weight + channel),
                                 constants<Width>(bias + channel)};
        DITTO_UNROLL
        for (int i = 0; i < Width; ++i)
            map.scale.at[i] /= std::sqrt(variance[channel + static_cast<std::size_t>(i)] + epsilon);
        return map;
    }
};

/// y = Map of x: BatchMap or FrozenMap.
template <class A, std::size_t Channels, class Map>
struct Normalize {
    static constexpr int width = vector_width<A>(Channels);
    const A* x;
    A* y;
    Map map;
    struct Lane {
        const A* x;
        A* y;
        ChannelAffine<width> map;
        __device__ void operator()(std::size_t row) const {
            Floats<width> numbers = load_floats<width>(x + row * Channels);
            DITTO_UNROLL
            for (int i = 0; i < width; ++i) numbers.at[i] = map.value(i, numbers.at[i]);
            store_floats(numbers, y + row * Channels);
        }
    };
    __device__ Lane lane(std::size_t group, std::size_t channel) const {
        return {x + channel, y + channel, map.template of<width>(group, channel)};
    }
};

/// Sums of dy and of dy (x - mean).
template <class A, std::size_t Channels>
struct SumSlopes {
    static constexpr int width = vector_width<A>(Channels);
    const A* x;
    const A* dy;
    const float* mean;
    struct Lane {
        const A* x;
        const A* dy;
        Floats<width> mean;
        __device__ void operator()(std::size_t row, Floats<width> (&sums)[2]) const {
            const Floats<width> numbers = load_floats<width>(x + row * Channels);
            const Floats<width> gradients = load_floats<width>(dy + row * Channels);
            DITTO_UNROLL
            for (int i = 0; i < width; ++i) {
                sums[0].at[i] += gradients.at[i];
                sums[1].at[i] += gradients.at[i] * (numbers.at[i] - mean.at[i]);
            }
        }
    };
    __device__ Lane lane(std::size_t group, std::size_t channel) const {
        return {x + channel, dy + channel, constants<width>(mean + group * Channels + channel)};
    }
};

/// dx = scale (dy - constant - (x - mean) slope), of `Width` channels.
template <int Width>
struct GradientMap {
    Floats<Width> mean, scale, constant, slope;
    __device__ float value(int i, float x, float dy) const {
        return scale.at[i] * (dy - constant.at[i] - (x - mean.at[i]) * slope.at[i]);
    }
};

/// The terms of that of each channel and group, [groups, channels] each.
struct GradientTerms {
    float* scale;
    float* constant;
    float* slope;
    std::size_t channels;
    GradientTerms(void* memory, std::size_t count)
        : scale(static_cast<float*>(memory)),
          constant(scale + 2 * count),
          slope(constant + 2 * count),
          channels(count) {}
    static constexpr std::size_t bytes(std::size_t channels) { return 6 * channels * sizeof(float); }

    template <int Width>
    __device__ GradientMap<Width> of(const float* mean, std::size_t group, std::size_t channel) const {
        const std::size_t at = group * channels + channel;
        return {constants<Width>(mean + at), constants<Width>(scale + at), constants<Width>(constant + at),
                constants<Width>(slope + at)};
    }
};

/// From the sums to the terms, and to the gradients of weight and bias: sums over groups. `count` numbers were
/// normalised in each group.
struct FinishGradients {
    double count;
    DeviceStatistics statistics;
    const float* weight;
    GradientTerms terms;
    float* weight_gradient;
    float* bias_gradient;
    __device__ void operator()(std::size_t channel, std::size_t group, const double* totals) const {
        const std::size_t at = group * terms.channels + channel;
        const double inverse = static_cast<double>(statistics.inverse_deviation[at]);
        const double weighted = totals[1] * inverse;
        terms.scale[at] = weight[channel] * statistics.inverse_deviation[at];
        terms.constant[at] = static_cast<float>(totals[0] / count);
        terms.slope[at] = static_cast<float>(weighted / count * inverse);
        // Groups come in order: the first one sets, the second adds.
        weight_gradient[channel] = static_cast<float>(weighted) + (group == 0 ? 0.0F : weight_gradient[channel]);
        bias_gradient[channel] = static_cast<float>(totals[0]) + (group == 0 ? 0.0F : bias_gradient[channel]);
    }
};

template <class A, std::size_t Channels>
struct NormalizeBackward {
    static constexpr int width = vector_width<A>(Channels);
    const A* x;
    const A* dy;
    A* dx;
    const float* mean;
    GradientTerms terms;
    struct Lane {
        const A* x;
        const A* dy;
        A* dx;
        GradientMap<width> map;
        __device__ void operator()(std::size_t row) const {
            Floats<width> gradients = load_floats<width>(dy + row * Channels);
            const Floats<width> numbers = load_floats<width>(x + row * Channels);
            DITTO_UNROLL
            for (int i = 0; i < width; ++i) gradients.at[i] = map.value(i, numbers.at[i], gradients.at[i]);
            store_floats(gradients, dx + row * Channels);
        }
    };
    __device__ Lane lane(std::size_t group, std::size_t channel) const {
        return {x + channel, dy + channel, dx + channel, terms.of<width>(mean, group, channel)};
    }
};

template <int Size, class Input, CudaDevice Device>
struct CudaBatchNorm : KernelDefaults {
    using A = typename Device::activation;

    static constexpr std::size_t workspace_bytes(WorkspaceCall call) {
        if (call.phase == PassPhase::inference) return 0;
        return round_up(GradientTerms::bytes(Size), tensor_alignment) +
               sums_bytes(call.images * static_cast<std::size_t>(Input::extents.pixels()), 2, Size);
    }

    static constexpr std::size_t channels = Size;
    static constexpr int width = vector_width<A>(channels);

    static void forward(const Device& device, const ForwardCall<float, A>& call) {
        const std::size_t rows = call.images / call.groups * static_cast<std::size_t>(Input::extents.pixels());
        if (!call.training) {
            const FrozenMap map{call.buffers[0], call.buffers[1], call.parameters[0], call.parameters[1]};
            for_rows<channels, width>(device, call.groups, rows,
                                      Normalize<A, channels, FrozenMap>{call.input, call.output, map});
            return;
        }
        const DeviceStatistics statistics(call.saved, channels);
        sum_rows<2, channels, width>(
            device, call.groups, rows, SumMoments<A, channels>{call.input, rows}, call.workspace,
            FinishMoments<Size, A>{call.input, rows, statistics, call.buffers[0], call.buffers[1]});
        const BatchMap map{statistics, call.parameters[0], call.parameters[1], channels};
        for_rows<channels, width>(device, call.groups, rows,
                                  Normalize<A, channels, BatchMap>{call.input, call.output, map});
    }

    static void backward(const Device& device, const BackwardCall<float, A>& call) {
        const std::size_t rows = call.images / call.groups * static_cast<std::size_t>(Input::extents.pixels());
        const DeviceStatistics statistics(call.saved, channels);
        const GradientTerms terms(call.workspace, channels);
        void* partial = static_cast<std::byte*>(call.workspace) + round_up(terms.bytes(channels), tensor_alignment);
        sum_rows<2, channels, width>(device, call.groups, rows,
                                     SumSlopes<A, channels>{call.input, call.output_gradient, statistics.mean}, partial,
                                     FinishGradients{static_cast<double>(rows), statistics, call.parameters[0], terms,
                                                     call.parameter_gradients[0], call.parameter_gradients[1]});
        if (call.input_gradient == nullptr) return;
        for_rows<channels, width>(device, call.groups, rows,
                                  NormalizeBackward<A, channels>{call.input, call.output_gradient, call.input_gradient,
                                                                 statistics.mean, terms});
    }
};

}  // namespace detail

template <int Channels, class Input, CudaDevice Device>
struct Kernel<BatchNorm2d<Channels>, Input, Device> : detail::CudaBatchNorm<Channels, Input, Device> {};
template <int Size, class Input, CudaDevice Device>
struct Kernel<BatchNorm1d<Size>, Input, Device> : detail::CudaBatchNorm<Size, Input, Device> {};

}  // namespace ditto
