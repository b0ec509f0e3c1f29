// Activations on the CPU.
#pragma once

#include <concepts>

#include "ditto/device/cpu/elementwise.hpp"
#include "ditto/layers/elementwise/activation.hpp"
#include "ditto/layers/kernel.hpp"

namespace ditto {

template <class Function, class Input, class P>
requires std::derived_from<Function, Activation>
struct Kernel<Function, Input, Cpu<P>> : KernelDefaults {
    using T = typename P::scalar;

    static void forward(const Cpu<P>& device, const ForwardCall<T>& call) {
        detail::map(device, call.images * Input::size, call.input, call.output, [](T x) { return Function::value(x); });
    }

    static void backward(const Cpu<P>& device, const BackwardCall<T>& call) {
        if (call.input_gradient == nullptr) return;
        const T* at = Function::backward_reads_input ? call.input : call.output;
        detail::map(device, call.images * Input::size, at, call.output_gradient, call.input_gradient,
                    [](T number, T dy) { return Function::gradient(number, dy); });
    }
};

}  // namespace ditto
