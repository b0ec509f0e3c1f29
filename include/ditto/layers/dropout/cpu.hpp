// Dropout on the CPU.
#pragma once

#include <cstdint>

#include "ditto/core/random.hpp"
#include "ditto/device/cpu/elementwise.hpp"
#include "ditto/layers/dropout/dropout.hpp"
#include "ditto/layers/kernel.hpp"

namespace ditto {

namespace detail {

// output = input with the numbers that (key, image) chooses set to zero and the rest divided by 1 - rate. Forward and
// backward are the same map with the same choice.
template <class Rate, class P, class T>
void drop(const Cpu<P>& device, RandomKey key, std::size_t images, std::size_t size, const T* input, T* output) {
    constexpr double rate = Dropout<Rate>::rate;
    constexpr auto threshold = static_cast<std::uint32_t>(rate * 0x1p32);
    constexpr T scale = static_cast<T>(1.0 / (1.0 - rate));
    parallel_for(images, device.threads, [&](std::size_t image) {
        const Random random(key.seed, RandomPurpose::dropout, key.layer, (key.step << 24) | image);
        const T* from = input + image * size;
        T* to = output + image * size;
        for (std::size_t i = 0; i < size; i += 4) {
            const auto bits = random.block(static_cast<std::uint32_t>(i / 4));
            for (std::size_t j = 0; j < 4 && i + j < size; ++j)
                to[i + j] = bits[j] < threshold ? T{0} : from[i + j] * scale;
        }
    });
}

}  // namespace detail

template <class Rate, class Input, class P>
struct Kernel<Dropout<Rate>, Input, Cpu<P>> : KernelDefaults {
    using T = typename P::scalar;

    static void forward(const Cpu<P>& device, const ForwardCall<T>& call) {
        if (call.training) {
            detail::drop<Rate>(device, call.random, call.images, Input::size, call.input, call.output);
        } else if (call.input != call.output) {
            detail::map(device, call.images * Input::size, call.input, call.output, [](T x) { return x; });
        }
    }

    static void backward(const Cpu<P>& device, const BackwardCall<T>& call) {
        if (call.input_gradient == nullptr) return;
        detail::drop<Rate>(device, call.random, call.images, Input::size, call.output_gradient, call.input_gradient);
    }
};

}  // namespace ditto
