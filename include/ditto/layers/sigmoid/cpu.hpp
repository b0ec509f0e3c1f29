// Sigmoid on the CPU.
#pragma once

#include <cmath>

#include "ditto/device/cpu/elementwise.hpp"
#include "ditto/layers/calls.hpp"
#include "ditto/layers/sigmoid/sigmoid.hpp"

namespace ditto {

template <class Input, class P>
void forward(Sigmoid, Input, const Cpu<P>& device, const ForwardCall<typename P::scalar>& call) {
    using T = typename P::scalar;
    detail::map(device, call.images * Input::size, call.input, call.output,
                [](T x) { return T{1} / (T{1} + std::exp(-x)); });
}

template <class Input, class P>
void backward(Sigmoid, Input, const Cpu<P>& device, const BackwardCall<typename P::scalar>& call) {
    using T = typename P::scalar;
    if (call.input_gradient == nullptr) return;
    detail::map(device, call.images * Input::size, call.output, call.output_gradient, call.input_gradient,
                [](T y, T gradient) { return gradient * y * (T{1} - y); });
}

}  // namespace ditto
