// Flatten on the CPU: pixels x channels become channels x pixels.
#pragma once

#include "ditto/device/cpu/cpu.hpp"
#include "ditto/device/cpu/transpose.hpp"
#include "ditto/layers/calls.hpp"
#include "ditto/layers/flatten/flatten.hpp"

namespace ditto {

template <class Input, class P>
void forward(Flatten, Input, const Cpu<P>& device, const ForwardCall<typename P::scalar>& call) {
    constexpr std::size_t pixels = Input::extents.pixels(), channels = Input::extents.channels();
    parallel_for(call.images, device.threads, [&](std::size_t image) {
        detail::transpose(pixels, channels, call.input + image * Input::size, call.output + image * Input::size);
    });
}

template <class Input, class P>
void backward(Flatten, Input, const Cpu<P>& device, const BackwardCall<typename P::scalar>& call) {
    constexpr std::size_t pixels = Input::extents.pixels(), channels = Input::extents.channels();
    if (call.input_gradient == nullptr) return;
    parallel_for(call.images, device.threads, [&](std::size_t image) {
        detail::transpose(channels, pixels, call.output_gradient + image * Input::size,
                          call.input_gradient + image * Input::size);
    });
}

}  // namespace ditto
