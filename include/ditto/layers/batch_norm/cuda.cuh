// BatchNorm on CUDA: sums over rows (samples x pixels) of each channel and twin group, then one map over all numbers.
#pragma once

#include <array>
#include <cmath>

#include "ditto/core/plan.hpp"
#include "ditto/device/cuda/launch.cuh"
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
template <class A>
struct AddMoments {
    const A* x;
    std::size_t rows_per_group, channels;
    __device__ void operator()(std::size_t row, std::size_t group, std::size_t channel, float* sums) const {
        const float origin = static_cast<float>(x[group * rows_per_group * channels + channel]);
        const float moved = static_cast<float>(x[row * channels + channel]) - origin;
        sums[0] += moved;
        sums[1] += moved * moved;
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

/// y = weight (x - mean) / deviation + bias by a group's statistics.
template <class A>
struct Normalize {
    const A* x;
    A* y;
    std::size_t group_size;  // numbers of a group
    std::size_t channels;
    const float* mean;
    const float* inverse_deviation;
    const float* weight;
    const float* bias;
    __device__ void operator()(std::size_t i) const {
        const std::size_t channel = i % channels, at = i / group_size * channels + channel;
        const float scale = weight[channel] * inverse_deviation[at];
        y[i] = A((static_cast<float>(x[i]) - mean[at]) * scale + bias[channel]);
    }
};

/// The same by running averages.
template <class A>
struct NormalizeFrozen {
    const A* x;
    A* y;
    std::size_t channels;
    const float* mean;
    const float* variance;
    const float* weight;
    const float* bias;
    double epsilon;
    __device__ float value(float number, std::size_t channel) const {
        const auto scale = static_cast<float>(static_cast<double>(weight[channel]) /
                                              std::sqrt(static_cast<double>(variance[channel]) + epsilon));
        return (number - mean[channel]) * scale + bias[channel];
    }
    __device__ void operator()(std::size_t i) const { y[i] = A(value(static_cast<float>(x[i]), i % channels)); }
};

/// Sums of dy and of dy (x - mean).
template <class A>
struct AddGradients {
    const A* x;
    const A* dy;
    const float* mean;
    std::size_t channels;
    __device__ void operator()(std::size_t row, std::size_t group, std::size_t channel, float* sums) const {
        const std::size_t at = row * channels + channel;
        const float gradient = static_cast<float>(dy[at]);
        sums[0] += gradient;
        sums[1] += gradient * (static_cast<float>(x[at]) - mean[group * channels + channel]);
    }
};

/// dx = scale (dy - constant - (x - mean) slope): the terms of a channel and group, [groups, channels] each.
struct GradientTerms {
    float* scale;
    float* constant;
    float* slope;
    GradientTerms(void* memory, std::size_t channels)
        : scale(static_cast<float*>(memory)), constant(scale + 2 * channels), slope(constant + 2 * channels) {}
    static constexpr std::size_t bytes(std::size_t channels) { return 6 * channels * sizeof(float); }
};

/// From the sums to the terms, and to the gradients of weight and bias: sums over groups. `count` numbers were
/// normalised in each group.
struct FinishGradients {
    double count;
    std::size_t channels;
    DeviceStatistics statistics;
    const float* weight;
    GradientTerms terms;
    float* weight_gradient;
    float* bias_gradient;
    __device__ void operator()(std::size_t channel, std::size_t group, const double* totals) const {
        const std::size_t at = group * channels + channel;
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

template <class A>
struct NormalizeBackward {
    const A* x;
    const A* dy;
    A* dx;
    std::size_t group_size, channels;
    const float* mean;
    GradientTerms terms;
    __device__ void operator()(std::size_t i) const {
        const std::size_t at = i / group_size * channels + i % channels;
        dx[i] = A(terms.scale[at] * (static_cast<float>(dy[i]) - terms.constant[at] -
                                     (static_cast<float>(x[i]) - mean[at]) * terms.slope[at]));
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

    static void forward(const Device& device, const ForwardCall<float, A>& call) {
        constexpr std::size_t pixels = Input::extents.pixels(), channels = Size;
        const std::size_t size = call.images * Input::size;
        if (!call.training) {
            for_each(device, size,
                     NormalizeFrozen<A>{call.input, call.output, channels, call.buffers[0], call.buffers[1],
                                        call.parameters[0], call.parameters[1], BatchNorm<Size>::epsilon});
            return;
        }
        const std::size_t rows = call.images / call.groups * pixels;
        const DeviceStatistics statistics(call.saved, channels);
        sum_rows<2>(device, call.groups, rows, channels, AddMoments<A>{call.input, rows, channels},
                    static_cast<double*>(call.workspace),
                    FinishMoments<Size, A>{call.input, rows, statistics, call.buffers[0], call.buffers[1]});
        for_each(device, size,
                 Normalize<A>{call.input, call.output, size / call.groups, channels, statistics.mean,
                              statistics.inverse_deviation, call.parameters[0], call.parameters[1]});
    }

    static void backward(const Device& device, const BackwardCall<float, A>& call) {
        constexpr std::size_t pixels = Input::extents.pixels(), channels = Size;
        const std::size_t size = call.images * Input::size, rows = call.images / call.groups * pixels;
        const DeviceStatistics statistics(call.saved, channels);
        const GradientTerms terms(call.workspace, channels);
        auto* partial = reinterpret_cast<double*>(static_cast<std::byte*>(call.workspace) +
                                                  round_up(GradientTerms::bytes(channels), tensor_alignment));
        sum_rows<2>(device, call.groups, rows, channels,
                    AddGradients<A>{call.input, call.output_gradient, statistics.mean, channels}, partial,
                    FinishGradients{static_cast<double>(rows), channels, statistics, call.parameters[0], terms,
                                    call.parameter_gradients[0], call.parameter_gradients[1]});
        if (call.input_gradient == nullptr) return;
        for_each(device, size,
                 NormalizeBackward<A>{call.input, call.output_gradient, call.input_gradient, size / call.groups,
                                      channels, statistics.mean, terms});
    }
};

}  // namespace detail

template <int Channels, class Input, CudaDevice Device>
struct Kernel<BatchNorm2d<Channels>, Input, Device> : detail::CudaBatchNorm<Channels, Input, Device> {};
template <int Size, class Input, CudaDevice Device>
struct Kernel<BatchNorm1d<Size>, Input, Device> : detail::CudaBatchNorm<Size, Input, Device> {};

}  // namespace ditto
