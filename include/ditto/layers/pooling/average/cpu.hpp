// AveragePool2d on the CPU.
#pragma once

#include "ditto/device/cpu/cpu.hpp"
#include "ditto/layers/kernel.hpp"
#include "ditto/layers/pooling/average/average_pool2d.hpp"
#include "ditto/layers/pooling/windows.hpp"

namespace ditto {

template <int Size, class... Options, class Input, class P>
struct Kernel<AveragePool2d<Size, Options...>, Input, Cpu<P>> : KernelDefaults {
    using T = typename P::scalar;
    using Pool = AveragePool2d<Size, Options...>;
    static constexpr Extents out = Pool::output(Input::extents);
    static constexpr std::size_t channels = Input::extents.channels();
    static constexpr T share = T{1} / static_cast<T>(Size * Size);

    static void forward(const Cpu<P>& device, const ForwardCall<T>& call) {
        parallel_for(call.images, device.threads, [&](std::size_t image) {
            const T* x = call.input + image * Input::size;
            T* y = call.output + image * out.size();
            std::fill_n(y, out.size(), T{0});
            for (int row = 0; row < out.height(); ++row)
                detail::for_each_window_pixel<typename Pool::Geometry, Input>(
                    row, [&](std::size_t output, int, std::size_t input) {
                        for (std::size_t c = 0; c < channels; ++c)
                            y[output * channels + c] += share * x[input * channels + c];
                    });
        });
    }

    static void backward(const Cpu<P>& device, const BackwardCall<T>& call) {
        if (call.input_gradient == nullptr) return;
        parallel_for(call.images, device.threads, [&](std::size_t image) {
            const T* dy = call.output_gradient + image * out.size();
            T* dx = call.input_gradient + image * Input::size;
            std::fill_n(dx, Input::size, T{0});
            for (int row = 0; row < out.height(); ++row)
                detail::for_each_window_pixel<typename Pool::Geometry, Input>(
                    row, [&](std::size_t output, int, std::size_t input) {
                        for (std::size_t c = 0; c < channels; ++c)
                            dx[input * channels + c] += share * dy[output * channels + c];
                    });
        });
    }
};

}  // namespace ditto
