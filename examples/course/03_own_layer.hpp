// Layers of one's own: each is a type that describes the layer, and two functions that compute it. They live in this
// file and this namespace; nothing of ditto changes, and ditto finds them by the layer's type.
#pragma once

#include <algorithm>
#include <cmath>
#include <ditto/core/parallel.hpp>
#include <ditto/device/cpu/cpu.hpp>
#include <ditto/layers/calls.hpp>

namespace mine {

/// y = x * sigmoid(x), for any shape (torch.nn.SiLU). Ramachandran, Zoph, Le: "Searching for activation functions",
/// 2017. ElementwiseLayer says all of its shapes; what is left to say is what backward needs to see.
struct Swish : ditto::ElementwiseLayer {
    static constexpr bool backward_reads_input = true;
    static constexpr bool backward_reads_output = false;
};

template <class Input, class P>
void forward(Swish, Input, const ditto::Cpu<P>& device, const ditto::ForwardCall<typename P::scalar>& call) {
    using T = typename P::scalar;
    ditto::parallel_for(call.images, device.threads, [&](std::size_t image) {
        const std::size_t begin = image * Input::size, end = begin + Input::size;
        for (std::size_t i = begin; i < end; ++i) call.output[i] = call.input[i] / (T{1} + std::exp(-call.input[i]));
    });
}

template <class Input, class P>
void backward(Swish, Input, const ditto::Cpu<P>& device, const ditto::BackwardCall<typename P::scalar>& call) {
    using T = typename P::scalar;
    if (call.input_gradient == nullptr) return;  // the first layer of a network: nobody wants it
    ditto::parallel_for(call.images, device.threads, [&](std::size_t image) {
        const std::size_t begin = image * Input::size, end = begin + Input::size;
        for (std::size_t i = begin; i < end; ++i) {
            const T x = call.input[i], sigmoid = T{1} / (T{1} + std::exp(-x));
            call.input_gradient[i] = call.output_gradient[i] * sigmoid * (T{1} + x * (T{1} - sigmoid));
        }
    });
}

/// y = x for x > 0 and slope x otherwise, with a slope for each channel that training finds
/// (torch.nn.PReLU(Channels)). He, Zhang, Ren, Sun: "Delving deep into rectifiers", ICCV 2015.
template <int Channels>
struct PReLU : ditto::Layer {
    using Extents = ditto::Extents;
    static constexpr bool accepts(Extents in) { return in.channels() == Channels; }
    static constexpr Extents expects(Extents in) {
        return in.is_spatial() ? Extents::spatial(in.height(), in.width(), Channels) : Extents::flat(Channels);
    }
    static constexpr Extents output(Extents in) { return in; }
    static constexpr std::int64_t flops(Extents in) { return in.size(); }

    /// The name and shape that files and PyTorch know, and the first value.
    static constexpr std::array<ditto::TensorInfo, 1> parameters() {
        return {{{.name = "weight", .rank = 1, .shape = {Channels}, .initial = ditto::Initialization::constant(0.25)}}};
    }
    static constexpr bool backward_reads_output = false;
};

template <int Channels, class Input, class P>
void forward(PReLU<Channels>, Input, const ditto::Cpu<P>& device, const ditto::ForwardCall<typename P::scalar>& call) {
    const auto* slopes = call.parameters[0];  // [channels]
    ditto::parallel_for(call.images, device.threads, [&](std::size_t image) {
        const std::size_t begin = image * Input::size;
        for (std::size_t i = 0; i < Input::size; ++i) {
            const auto x = call.input[begin + i];
            call.output[begin + i] = x > 0 ? x : slopes[i % Channels] * x;
        }
    });
}

template <int Channels, class Input, class P>
void backward(PReLU<Channels>, Input, const ditto::Cpu<P>& device,
              const ditto::BackwardCall<typename P::scalar>& call) {
    // One channel is one piece of work: its sum runs in the same order whatever the number of threads.
    ditto::parallel_for(Channels, device.threads, [&](std::size_t channel) {
        const auto slope = call.parameters[0][channel];
        double slope_gradient = 0.0;
        for (std::size_t i = channel; i < call.images * Input::size; i += Channels) {
            const auto x = call.input[i], gradient = call.output_gradient[i];
            if (x <= 0) slope_gradient += static_cast<double>(gradient) * static_cast<double>(x);
            if (call.input_gradient != nullptr) call.input_gradient[i] = x > 0 ? gradient : slope * gradient;
        }
        call.parameter_gradients[0][channel] = static_cast<typename P::scalar>(slope_gradient);
    });
}

}  // namespace mine
