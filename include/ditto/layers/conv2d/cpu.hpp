// Conv2d on the CPU, by the algorithm that passes.hpp chooses.
#pragma once

#include <algorithm>

#include "ditto/device/cpu/column_sums.hpp"
#include "ditto/layers/conv2d/passes.hpp"
#include "ditto/layers/kernel.hpp"

namespace ditto {

template <int In, int Out, int Size, class... Options, class Input, class P>
struct Kernel<Conv2d<In, Out, Size, Options...>, Input, Cpu<P>> : KernelDefaults {
    using T = typename P::scalar;
    using Conv = Conv2d<In, Out, Size, Options...>;
    using Passes = detail::ChosenPasses<Conv, Input, Cpu<P>>;
    static constexpr bool is_fast = detail::has_fast_passes<Conv, Input, Cpu<P>>;
    static constexpr Extents out = Conv::output(Input::extents);

    static constexpr std::size_t workspace_bytes(WorkspaceCall call) {
        const bool backward = call.phase == PassPhase::training_backward;
        std::size_t bytes = 0;
        if constexpr (is_fast) {
            bytes = backward ? Passes::backward_bytes(call.threads)
                             : Passes::prepared_bytes + Passes::forward_bytes(call.threads);
        } else {
            bytes = detail::direct_workspace_bytes<Conv, Input, T>(call);
        }
        return backward ? std::max(bytes, detail::column_sums_bytes(pixels(call.images), Out)) : bytes;
    }

    static constexpr std::size_t prepared_bytes = detail::prepared_bytes_of<Conv, Input, Cpu<P>>();

    static void prepare(const Cpu<P>& device, const std::array<const T*, max_layer_tensors>& parameters, void* to) {
        Passes::prepare(device.threads, parameters[0], static_cast<T*>(to));
    }

    static void forward(const Cpu<P>& device, const ForwardCall<T>& call) {
        if constexpr (is_fast) {
            const T* prepared = detail::prepared_weights<Passes>(device, call);
            Passes::forward(device.threads, Passes::chunks(call.images, 1), call.input, prepared,
                            static_cast<std::byte*>(call.workspace) + Passes::prepared_bytes,
                            detail::StoreTiles<T, out.height(), out.width(), Out>{call.parameters[1], call.output});
        } else {
            detail::direct_forward<Conv, Input>(device, call);
        }
    }

    static void backward(const Cpu<P>& device, const BackwardCall<T>& call) {
        detail::column_sums<Out>(device, pixels(call.images), call.output_gradient, call.parameter_gradients[1],
                                 call.workspace);
        if constexpr (is_fast) {
            Passes::weight_gradient(device.threads, call.images, call.input,
                                    detail::LoadTiles<T, out.height(), out.width(), Out>{call.output_gradient},
                                    call.parameter_gradients[0], call.workspace);
            if (call.input_gradient != nullptr)
                Passes::input_gradient(device, call.images, call.output_gradient, call.parameters[0],
                                       call.input_gradient, call.workspace);
        } else {
            detail::direct_weight_gradient<Conv, Input>(device, call);
            if (call.input_gradient != nullptr)
                detail::direct_input_gradient<Conv, Input>(device, call.images, call.output_gradient,
                                                           call.parameters[0], call.input_gradient, call.workspace);
        }
    }

  private:
    static constexpr std::size_t pixels(std::size_t images) { return images * static_cast<std::size_t>(out.pixels()); }
};

}  // namespace ditto
