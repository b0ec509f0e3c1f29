// GlobalAveragePool2d on the CPU.
#pragma once

#include <array>

#include "ditto/device/cpu/cpu.hpp"
#include "ditto/layers/kernel.hpp"
#include "ditto/layers/pooling/global_average/global_average_pool2d.hpp"

namespace ditto {

template <class Input, class P>
struct Kernel<GlobalAveragePool2d, Input, Cpu<P>> : KernelDefaults {
    using T = typename P::scalar;

    static void forward(const Cpu<P>& device, const ForwardCall<T>& call) {
        constexpr std::size_t pixels = Input::extents.pixels(), channels = Input::extents.channels();
        parallel_for(call.images, device.threads, [&](std::size_t image) {
            const T* x = call.input + image * Input::size;  // [pixels, channels]
            std::array<double, channels> sums{};
            for (std::size_t p = 0; p < pixels; ++p)
                for (std::size_t c = 0; c < channels; ++c) sums[c] += static_cast<double>(x[p * channels + c]);
            for (std::size_t c = 0; c < channels; ++c)
                call.output[image * channels + c] = static_cast<T>(sums[c] / static_cast<double>(pixels));
        });
    }

    static void backward(const Cpu<P>& device, const BackwardCall<T>& call) {
        constexpr std::size_t pixels = Input::extents.pixels(), channels = Input::extents.channels();
        constexpr T share = T{1} / static_cast<T>(pixels);
        if (call.input_gradient == nullptr) return;
        parallel_for(call.images, device.threads, [&](std::size_t image) {
            const T* dy = call.output_gradient + image * channels;
            T* dx = call.input_gradient + image * Input::size;  // [pixels, channels]
            for (std::size_t p = 0; p < pixels; ++p)
                for (std::size_t c = 0; c < channels; ++c) dx[p * channels + c] = dy[c] * share;
        });
    }
};

}  // namespace ditto
