// Sigmoid on the CPU.
#pragma once

#include <cmath>

#include "ditto/device/cpu/elementwise.hpp"
#include "ditto/layers/calls.hpp"
#include "ditto/layers/elementwise/sigmoid.hpp"

namespace ditto {

template <class Input, class P>
void forward(Sigmoid, Input, const Cpu<P>& device, const ForwardCall<typename P::scalar>& call) {
    using T = typename P::scalar;
    // Not detail::map: its loop promises vectors, and no compiler here has an exp of vectors.
    parallel_chunks(call.images * Input::size, detail::elementwise_chunk, device.threads,
                    [&](std::size_t begin, std::size_t end) {
                        for (std::size_t i = begin; i < end; ++i)
                            call.output[i] = T{1} / (T{1} + std::exp(-call.input[i]));
                    });
}

template <class Input, class P>
void backward(Sigmoid, Input, const Cpu<P>& device, const BackwardCall<typename P::scalar>& call) {
    using T = typename P::scalar;
    if (call.input_gradient == nullptr) return;
    detail::map(device, call.images * Input::size, call.output, call.output_gradient, call.input_gradient,
                [](T y, T gradient) { return gradient * y * (T{1} - y); });
}

}  // namespace ditto
