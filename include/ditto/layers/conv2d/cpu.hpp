// Conv2d on the CPU, by the algorithm that passes.hpp chooses.
#pragma once

#include <algorithm>

#include "ditto/device/cpu/column_sums.hpp"
#include "ditto/layers/conv2d/passes.hpp"

namespace ditto {

template <int In, int Out, int Kernel, class... Options, class Input, class P>
constexpr std::size_t workspace_bytes(Conv2d<In, Out, Kernel, Options...>, Input, const Cpu<P>&, WorkspaceCall call) {
    using Conv = Conv2d<In, Out, Kernel, Options...>;
    using Passes = detail::ChosenPasses<Conv, Input, Cpu<P>>;
    std::size_t bytes = 0;
    if constexpr (detail::has_fast_passes<Conv, Input, Cpu<P>>) {
        bytes = call.phase == Phase::training_backward ? Passes::backward_bytes(call.threads)
                                                       : Passes::prepared_bytes + Passes::forward_bytes(call.threads);
    } else {
        bytes = detail::direct_workspace_bytes<Conv, Input, typename P::scalar>(call);
    }
    if (call.phase != Phase::training_backward) return bytes;
    const std::size_t pixels = call.images * static_cast<std::size_t>(Conv::output(Input::extents).pixels());
    return std::max(bytes, detail::column_sums_bytes(pixels, Out));
}

template <int In, int Out, int Kernel, class... Options, class Input, class P>
constexpr std::size_t prepared_bytes(Conv2d<In, Out, Kernel, Options...>, Input, const Cpu<P>&) {
    return detail::prepared_bytes_of<Conv2d<In, Out, Kernel, Options...>, Input, Cpu<P>>();
}

template <int In, int Out, int Kernel, class... Options, class Input, class P>
void prepare(Conv2d<In, Out, Kernel, Options...>, Input, const Cpu<P>& device,
             const std::array<const typename P::scalar*, max_layer_tensors>& parameters, void* to) {
    using T = typename P::scalar;
    using Passes = detail::ChosenPasses<Conv2d<In, Out, Kernel, Options...>, Input, Cpu<P>>;
    Passes::prepare(device.threads, parameters[0], static_cast<T*>(to));
}

template <int In, int Out, int Kernel, class... Options, class Input, class P>
void forward(Conv2d<In, Out, Kernel, Options...>, Input, const Cpu<P>& device,
             const ForwardCall<typename P::scalar>& call) {
    using T = typename P::scalar;
    using Conv = Conv2d<In, Out, Kernel, Options...>;
    using Passes = detail::ChosenPasses<Conv, Input, Cpu<P>>;
    constexpr Extents out = Conv::output(Input::extents);
    if constexpr (detail::has_fast_passes<Conv, Input, Cpu<P>>) {
        const T* prepared = detail::prepared_weights<Passes>(device, call);
        Passes::forward(device.threads, Passes::chunks(call.images, 1), call.input, prepared,
                        static_cast<std::byte*>(call.workspace) + Passes::prepared_bytes,
                        detail::StoreTiles<T, out.height(), out.width(), Out>{call.parameters[1], call.output});
    } else {
        detail::direct_forward<Conv, Input>(device, call);
    }
}

template <int In, int Out, int Kernel, class... Options, class Input, class P>
void backward(Conv2d<In, Out, Kernel, Options...>, Input, const Cpu<P>& device,
              const BackwardCall<typename P::scalar>& call) {
    using T = typename P::scalar;
    using Conv = Conv2d<In, Out, Kernel, Options...>;
    using Passes = detail::ChosenPasses<Conv, Input, Cpu<P>>;
    constexpr Extents out = Conv::output(Input::extents);
    const std::size_t pixels = call.images * static_cast<std::size_t>(out.pixels());
    detail::column_sums<Out>(device, pixels, call.output_gradient, call.parameter_gradients[1], call.workspace);
    if constexpr (detail::has_fast_passes<Conv, Input, Cpu<P>>) {
        Passes::weight_gradient(device.threads, call.images, call.input,
                                detail::LoadTiles<T, out.height(), out.width(), Out>{call.output_gradient},
                                call.parameter_gradients[0], call.workspace);
        if (call.input_gradient != nullptr)
            Passes::input_gradient(device, call.images, call.output_gradient, call.parameters[0], call.input_gradient,
                                   call.workspace);
    } else {
        detail::direct_weight_gradient<Conv, Input>(device, call);
        if (call.input_gradient != nullptr)
            detail::direct_input_gradient<Conv, Input>(device, call.images, call.output_gradient, call.parameters[0],
                                                       call.input_gradient, call.workspace);
    }
}

}  // namespace ditto
