// Conv2d on the CPU. The algorithm is chosen while compiling: minimal filtering (winograd.hpp) in fp32 where the shape
// fits, unfolding and products (direct.hpp) for everything else and where the type says DirectAlgorithm.
#pragma once

#include <algorithm>
#include <concepts>

#include "ditto/device/cpu/column_sums.hpp"
#include "ditto/layers/conv2d/direct.hpp"
#include "ditto/layers/conv2d/winograd_gradient.hpp"

namespace ditto {

namespace detail {

/// A convolution's passes by minimal filtering, and whether they are used.
template <class Conv, class Input, class P>
struct WinogradPasses {
    using T = typename P::scalar;
    using Geometry = typename Conv::Geometry;
    static constexpr int height = Input::extents.height(), width = Input::extents.width(), kernel = Geometry::kernel;
    static constexpr int in = Conv::in_channels, out = Conv::out_channels;
    using Forward = WinogradConvolution<T, height, width, in, out, kernel>;
    using InputGradient = WinogradConvolution<T, height, width, out, in, kernel>;
    using WeightGradient = WinogradWeightGradient<T, height, width, in, out, kernel>;
    static constexpr bool used = std::same_as<P, fp32> && !Conv::direct && Geometry::stride == 1 &&
                                 Geometry::padding == kernel / 2 && Forward::fits;

    /// The turned kernels, for the input gradient, lie before its workspace.
    static constexpr std::size_t turned_bytes =
        round_up(static_cast<std::size_t>(Conv::depth) * out * sizeof(T), tensor_alignment);

    static constexpr std::size_t workspace_bytes(WorkspaceCall call) {
        if (call.phase != Phase::training_backward) return Forward::workspace_bytes(call.threads);
        return std::max(turned_bytes + InputGradient::workspace_bytes(call.threads), WeightGradient::workspace_bytes());
    }

    static void forward(int threads, const ForwardCall<T>& call) {
        auto* workspace = static_cast<std::byte*>(call.workspace);
        T* filters = reinterpret_cast<T*>(workspace);
        Forward::transform_filters(threads, call.parameters[0], filters);
        Forward::convolve(threads, call.images, call.input, filters, call.parameters[1], call.output,
                          workspace + Forward::filter_bytes);
    }

    static void input_gradient(int threads, const BackwardCall<T>& call) {
        auto* workspace = static_cast<std::byte*>(call.workspace);
        T* turned = reinterpret_cast<T*>(workspace);
        T* filters = reinterpret_cast<T*>(workspace + turned_bytes);
        turn_kernels<in, out, kernel>(threads, call.parameters[0], turned);
        InputGradient::transform_filters(threads, turned, filters);
        InputGradient::convolve(threads, call.images, call.output_gradient, filters, nullptr, call.input_gradient,
                                workspace + turned_bytes + InputGradient::filter_bytes);
    }

    static void weight_gradient(int threads, const BackwardCall<T>& call) {
        WeightGradient::compute(threads, call.images, call.input, call.output_gradient, call.parameter_gradients[0],
                                static_cast<T*>(call.workspace));
    }
};

}  // namespace detail

template <int In, int Out, int Kernel, class... Options, class Input, class P>
constexpr std::size_t workspace_bytes(Conv2d<In, Out, Kernel, Options...>, Input, const Cpu<P>&, WorkspaceCall call) {
    using Conv = Conv2d<In, Out, Kernel, Options...>;
    using Winograd = detail::WinogradPasses<Conv, Input, P>;
    std::size_t bytes = 0;
    if constexpr (Winograd::used) {
        bytes = Winograd::workspace_bytes(call);
    } else {
        bytes = detail::direct_workspace_bytes<Conv, Input, typename P::scalar>(call);
    }
    if (call.phase != Phase::training_backward) return bytes;
    const std::size_t pixels = call.images * static_cast<std::size_t>(Conv::output(Input::extents).pixels());
    return std::max(bytes, detail::column_sums_bytes(pixels, Out));
}

template <int In, int Out, int Kernel, class... Options, class Input, class P>
void forward(Conv2d<In, Out, Kernel, Options...>, Input, const Cpu<P>& device,
             const ForwardCall<typename P::scalar>& call) {
    using Conv = Conv2d<In, Out, Kernel, Options...>;
    if constexpr (detail::WinogradPasses<Conv, Input, P>::used) {
        detail::WinogradPasses<Conv, Input, P>::forward(device.threads, call);
    } else {
        detail::direct_forward<Conv, Input>(device, call);
    }
}

template <int In, int Out, int Kernel, class... Options, class Input, class P>
void backward(Conv2d<In, Out, Kernel, Options...>, Input, const Cpu<P>& device,
              const BackwardCall<typename P::scalar>& call) {
    using Conv = Conv2d<In, Out, Kernel, Options...>;
    const std::size_t pixels = call.images * static_cast<std::size_t>(Conv::output(Input::extents).pixels());
    detail::column_sums<Out>(device, pixels, call.output_gradient, call.parameter_gradients[1], call.workspace);
    if constexpr (detail::WinogradPasses<Conv, Input, P>::used) {
        using Winograd = detail::WinogradPasses<Conv, Input, P>;
        Winograd::weight_gradient(device.threads, call);
        if (call.input_gradient != nullptr) Winograd::input_gradient(device.threads, call);
    } else {
        detail::direct_weight_gradient<Conv, Input>(device, call);
        if (call.input_gradient != nullptr) detail::direct_input_gradient<Conv, Input>(device, call);
    }
}

}  // namespace ditto
