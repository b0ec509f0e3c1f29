// LeakyReLU on the CPU.
#pragma once

#include "ditto/device/cpu/elementwise.hpp"
#include "ditto/layers/calls.hpp"
#include "ditto/layers/elementwise/leaky_relu.hpp"

namespace ditto {

template <class Slope, class Input, class P>
void forward(LeakyReLU<Slope>, Input, const Cpu<P>& device, const ForwardCall<typename P::scalar>& call) {
    using T = typename P::scalar;
    constexpr T slope = static_cast<T>(LeakyReLU<Slope>::slope);
    detail::map(device, call.images * Input::size, call.input, call.output, [](T x) { return x > 0 ? x : slope * x; });
}

template <class Slope, class Input, class P>
void backward(LeakyReLU<Slope>, Input, const Cpu<P>& device, const BackwardCall<typename P::scalar>& call) {
    using T = typename P::scalar;
    constexpr T slope = static_cast<T>(LeakyReLU<Slope>::slope);
    if (call.input_gradient == nullptr) return;
    // The slope is positive, so the output's sign is the input's.
    detail::map(device, call.images * Input::size, call.output, call.output_gradient, call.input_gradient,
                [](T y, T gradient) { return y > 0 ? gradient : slope * gradient; });
}

}  // namespace ditto
