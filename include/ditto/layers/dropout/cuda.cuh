// Dropout on CUDA: the same choice as on the CPU.
#pragma once

#include <cstdint>

#include "ditto/core/random.hpp"
#include "ditto/device/cuda/launch.cuh"
#include "ditto/layers/dropout/dropout.hpp"
#include "ditto/layers/kernel.hpp"

namespace ditto {

namespace detail {

template <class A>
struct DropNumbers {
    const A* input;
    A* output;
    std::size_t size;  // numbers of an image
    std::uint32_t threshold;
    float scale;
    RandomKey key;
    const std::uint64_t* step;  // null: key.step
    // For the four numbers that one block of random bits decides.
    __device__ void operator()(std::size_t item) const {
        const std::size_t blocks = (size + 3) / 4, image = item / blocks, first = item % blocks * 4;
        const std::uint64_t now = step != nullptr ? *step : key.step;
        const Random random(key.seed, RandomPurpose::dropout, key.layer, (now << 24) | image);
        const auto bits = random.block(static_cast<std::uint32_t>(first / 4));
        for (std::size_t j = 0; j < 4 && first + j < size; ++j) {
            const std::size_t at = image * size + first + j;
            output[at] = bits[j] < threshold ? A(0.0F) : A(static_cast<float>(input[at]) * scale);
        }
    }
};

template <class Rate, CudaDevice Device, class A>
void drop(const Device& device, RandomKey key, std::size_t images, std::size_t size, const A* input, A* output) {
    constexpr double rate = Dropout<Rate>::rate;
    for_each(device, images * ((size + 3) / 4),
             DropNumbers<A>{input, output, size, static_cast<std::uint32_t>(rate * 0x1p32),
                            static_cast<float>(1.0 / (1.0 - rate)), key, device.step});
}

}  // namespace detail

template <class Rate, class Input, CudaDevice Device>
struct Kernel<Dropout<Rate>, Input, Device> : KernelDefaults {
    using A = typename Device::activation;

    static void forward(const Device& device, const ForwardCall<float, A>& call) {
        if (call.training) {
            detail::drop<Rate>(device, call.random, call.images, Input::size, call.input, call.output);
        } else if (call.input != call.output) {
            detail::for_each(device, call.images * Input::size, detail::Convert<A, A>{call.input, call.output});
        }
    }

    static void backward(const Device& device, const BackwardCall<float, A>& call) {
        if (call.input_gradient == nullptr) return;
        detail::drop<Rate>(device, call.random, call.images, Input::size, call.output_gradient, call.input_gradient);
    }
};

}  // namespace ditto
