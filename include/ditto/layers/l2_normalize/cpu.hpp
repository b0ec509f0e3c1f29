// L2Normalize on the CPU.
#pragma once

#include <algorithm>
#include <cmath>

#include "ditto/device/cpu/cpu.hpp"
#include "ditto/layers/kernel.hpp"
#include "ditto/layers/l2_normalize/l2_normalize.hpp"

namespace ditto {

namespace detail {

template <class T>
double dot(std::size_t size, const T* a, const T* b) {
    double sum = 0.0;
    for (std::size_t i = 0; i < size; ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    return sum;
}

}  // namespace detail

template <class Input, class P>
struct Kernel<L2Normalize, Input, Cpu<P>> : KernelDefaults {
    using T = typename P::scalar;

    static void forward(const Cpu<P>& device, const ForwardCall<T>& call) {
        parallel_for(call.images, device.threads, [&](std::size_t image) {
            const T* x = call.input + image * Input::size;
            T* y = call.output + image * Input::size;
            const double length = std::max(std::sqrt(detail::dot(Input::size, x, x)), L2Normalize::epsilon);
            for (std::size_t i = 0; i < Input::size; ++i) y[i] = static_cast<T>(static_cast<double>(x[i]) / length);
        });
    }

    static void backward(const Cpu<P>& device, const BackwardCall<T>& call) {
        if (call.input_gradient == nullptr) return;
        parallel_for(call.images, device.threads, [&](std::size_t image) {
            const T* x = call.input + image * Input::size;
            const T* dy = call.output_gradient + image * Input::size;
            T* dx = call.input_gradient + image * Input::size;
            const double true_length = std::sqrt(detail::dot(Input::size, x, x));
            const double length = std::max(true_length, L2Normalize::epsilon);
            // dx = (dy - y (y . dy)) / |x| with y = x / |x|; below epsilon the length is a constant and the second term
            // gone.
            const double along =
                true_length > L2Normalize::epsilon ? detail::dot(Input::size, x, dy) / (length * length) : 0.0;
            for (std::size_t i = 0; i < Input::size; ++i)
                dx[i] = static_cast<T>((static_cast<double>(dy[i]) - along * static_cast<double>(x[i])) / length);
        });
    }
};

}  // namespace ditto
