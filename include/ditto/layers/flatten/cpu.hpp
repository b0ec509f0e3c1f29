// Flatten on the CPU: pixels x channels become channels x pixels.
#pragma once

#include "ditto/device/cpu/cpu.hpp"
#include "ditto/device/cpu/transpose.hpp"
#include "ditto/layers/flatten/flatten.hpp"
#include "ditto/layers/kernel.hpp"

namespace ditto {

template <class Input, class P>
struct Kernel<Flatten, Input, Cpu<P>> : KernelDefaults {
    using T = typename P::scalar;

    static void forward(const Cpu<P>& device, const ForwardCall<T>& call) {
        constexpr std::size_t pixels = Input::extents.pixels(), channels = Input::extents.channels();
        parallel_for(call.images, device.threads, [&](std::size_t image) {
            detail::transpose(pixels, channels, call.input + image * Input::size, call.output + image * Input::size);
        });
    }

    static void backward(const Cpu<P>& device, const BackwardCall<T>& call) {
        constexpr std::size_t pixels = Input::extents.pixels(), channels = Input::extents.channels();
        if (call.input_gradient == nullptr) return;
        parallel_for(call.images, device.threads, [&](std::size_t image) {
            detail::transpose(channels, pixels, call.output_gradient + image * Input::size,
                              call.input_gradient + image * Input::size);
        });
    }
};

}  // namespace ditto
