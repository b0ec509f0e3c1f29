// MaxPool2d on the CPU.
#pragma once

#include <cstdint>

#include "ditto/device/cpu/cpu.hpp"
#include "ditto/layers/kernel.hpp"
#include "ditto/layers/pooling/max/max_pool2d.hpp"
#include "ditto/layers/pooling/windows.hpp"
#include "ditto/layers/pooling/winner.hpp"

namespace ditto {

template <int Size, class... Options, class Input, class P>
struct Kernel<MaxPool2d<Size, Options...>, Input, Cpu<P>> : KernelDefaults {
    using T = typename P::scalar;
    using Pool = MaxPool2d<Size, Options...>;
    static constexpr Extents out = Pool::output(Input::extents);
    static constexpr std::size_t channels = Input::extents.channels();

    static void forward(const Cpu<P>& device, const ForwardCall<T>& call) {
        constexpr std::size_t rows = out.height();
        parallel_for(call.images * rows, device.threads, [&](std::size_t item) {
            const std::size_t image = item / rows;
            const T* x = call.input + image * Input::size;
            T* y = call.output + image * out.size();
            // In inference nobody asks who won; the places then land in a row that is thrown away.
            std::uint8_t ignored[channels];
            auto* winners = call.training ? static_cast<std::uint8_t*>(call.saved) + image * out.size() : nullptr;
            std::size_t current = static_cast<std::size_t>(-1);
            detail::for_each_window_pixel<typename Pool::Geometry, Input>(
                static_cast<int>(item % rows), [&](std::size_t output, int place, std::size_t input) {
                    const T* from = x + input * channels;
                    T* best = y + output * channels;
                    std::uint8_t* winner = winners != nullptr ? winners + output * channels : ignored;
                    if (output != current) {  // the window's first pixel
                        current = output;
                        std::copy_n(from, channels, best);
                        std::fill_n(winner, channels, static_cast<std::uint8_t>(place));
                        return;
                    }
                    for (std::size_t c = 0; c < channels; ++c) {
                        const bool better = detail::wins(from[c], best[c]);
                        best[c] = better ? from[c] : best[c];
                        winner[c] = better ? static_cast<std::uint8_t>(place) : winner[c];
                    }
                });
        });
    }

    static void backward(const Cpu<P>& device, const BackwardCall<T>& call) {
        if (call.input_gradient == nullptr) return;
        parallel_for(call.images, device.threads, [&](std::size_t image) {
            const T* dy = call.output_gradient + image * out.size();
            T* dx = call.input_gradient + image * Input::size;
            const std::uint8_t* winners = static_cast<const std::uint8_t*>(call.saved) + image * out.size();
            std::fill_n(dx, Input::size, T{0});  // windows may overlap, or leave pixels out
            for (int row = 0; row < out.height(); ++row)
                detail::for_each_window_pixel<typename Pool::Geometry, Input>(
                    row, [&](std::size_t output, int place, std::size_t input) {
                        const T* from = dy + output * channels;
                        const std::uint8_t* winner = winners + output * channels;
                        T* to = dx + input * channels;
                        for (std::size_t c = 0; c < channels; ++c) to[c] += winner[c] == place ? from[c] : T{0};
                    });
        });
    }
};

}  // namespace ditto
