// Layers of one's own: each is a type that describes the layer, and what computes it. They live in this file and this
// namespace; nothing of ditto changes, and ditto finds them by the layer's type.
#pragma once

#include <algorithm>
#include <cmath>
#include <ditto/core/parallel.hpp>
#include <ditto/device/cpu/cpu.hpp>
#include <ditto/layers/elementwise/activation.hpp>
#include <ditto/layers/kernel.hpp>

namespace mine {

/// y = x * sigmoid(x), for any shape (torch.nn.SiLU). Ramachandran, Zoph, Le: "Searching for activation functions",
/// 2017. An activation is its value and its gradient, and runs on every device; this one's gradient needs the input.
struct Swish : ditto::ActivationOfInput {
    template <class T>
    static constexpr T value(T x) {
        return x / (T{1} + std::exp(-x));
    }
    template <class T>
    static constexpr T gradient(T x, T dy) {
        const T sigmoid = T{1} / (T{1} + std::exp(-x));
        return dy * sigmoid * (T{1} + x * (T{1} - sigmoid));
    }
};

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

}  // namespace mine

/// How the CPU computes it, in any precision.
template <int Channels, class Input, class P>
struct ditto::Kernel<mine::PReLU<Channels>, Input, ditto::Cpu<P>> : ditto::KernelDefaults {
    using T = typename P::scalar;

    static void forward(const Cpu<P>& device, const ForwardCall<T>& call) {
        const T* slopes = call.parameters[0];  // [channels]
        parallel_for(call.images, device.threads, [&](std::size_t image) {
            const std::size_t begin = image * Input::size;
            for (std::size_t i = 0; i < Input::size; ++i) {
                const T x = call.input[begin + i];
                call.output[begin + i] = x > 0 ? x : slopes[i % Channels] * x;
            }
        });
    }

    static void backward(const Cpu<P>& device, const BackwardCall<T>& call) {
        // One channel is one piece of work: its sum runs in the same order whatever the number of threads.
        parallel_for(Channels, device.threads, [&](std::size_t channel) {
            const T slope = call.parameters[0][channel];
            double slope_gradient = 0.0;
            for (std::size_t i = channel; i < call.images * Input::size; i += Channels) {
                const T x = call.input[i], gradient = call.output_gradient[i];
                if (x <= 0) slope_gradient += static_cast<double>(gradient) * static_cast<double>(x);
                if (call.input_gradient != nullptr) call.input_gradient[i] = x > 0 ? gradient : slope * gradient;
            }
            call.parameter_gradients[0][channel] = static_cast<T>(slope_gradient);
        });
    }
};
