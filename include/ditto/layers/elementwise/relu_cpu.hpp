// ReLU on the CPU.
#pragma once

#include "ditto/device/cpu/elementwise.hpp"
#include "ditto/layers/calls.hpp"
#include "ditto/layers/elementwise/relu.hpp"

namespace ditto {

template <class Input, class P>
void forward(ReLU, Input, const Cpu<P>& device, const ForwardCall<typename P::scalar>& call) {
    using T = typename P::scalar;
    // Written so that NaN stays NaN.
    detail::map(device, call.images * Input::size, call.input, call.output, [](T x) { return x < 0 ? T{0} : x; });
}

template <class Input, class P>
void backward(ReLU, Input, const Cpu<P>& device, const BackwardCall<typename P::scalar>& call) {
    using T = typename P::scalar;
    if (call.input_gradient == nullptr) return;
    detail::map(device, call.images * Input::size, call.output, call.output_gradient, call.input_gradient,
                [](T y, T gradient) { return y > 0 ? gradient : T{0}; });
}

}  // namespace ditto
