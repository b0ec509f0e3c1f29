// MaxPool2d on CUDA.
#pragma once

#include <cstdint>

#include "ditto/layers/kernel.hpp"
#include "ditto/layers/pooling/max/max_pool2d.hpp"
#include "ditto/layers/pooling/windows.cuh"
#include "ditto/layers/pooling/winner.hpp"

namespace ditto {

namespace detail {

template <class Grid, class A>
struct MaxPoolForward {
    const A* input;
    A* output;
    std::uint8_t* winners;  // null: nobody asks
    __device__ void operator()(std::size_t i) const {
        bool first = true;
        float best = 0.0F;
        int winner = 0;
        Grid::for_each_pixel(i, [&](int place, std::size_t at) {
            const float x = static_cast<float>(input[at]);
            if (first || wins(x, best)) {
                best = x;
                winner = place;
            }
            first = false;
        });
        output[i] = A(best);
        if (winners != nullptr) winners[i] = static_cast<std::uint8_t>(winner);
    }
};

template <class Grid, class A>
struct MaxPoolBackward {
    const A* output_gradient;
    const std::uint8_t* winners;
    A* input_gradient;
    __device__ void operator()(std::size_t i) const {
        float sum = 0.0F;
        Grid::for_each_window(i, [&](int place, std::size_t at) {
            if (winners[at] == place) sum += static_cast<float>(output_gradient[at]);
        });
        input_gradient[i] = A(sum);
    }
};

}  // namespace detail

template <int Size, class... Options, class Input, CudaDevice Device>
struct Kernel<MaxPool2d<Size, Options...>, Input, Device> : KernelDefaults {
    using A = typename Device::activation;
    using Pool = MaxPool2d<Size, Options...>;
    static constexpr std::size_t size = Pool::output(Input::extents).size();

    static void forward(const Device& device, const ForwardCall<float, A>& call) {
        auto* winners = call.training ? static_cast<std::uint8_t*>(call.saved) : nullptr;
        detail::for_each(device, call.images * size,
                         detail::MaxPoolForward<detail::PoolGrid<Pool, Input>, A>{call.input, call.output, winners});
    }

    static void backward(const Device& device, const BackwardCall<float, A>& call) {
        if (call.input_gradient == nullptr) return;
        detail::for_each(device, call.images * Input::size,
                         detail::MaxPoolBackward<detail::PoolGrid<Pool, Input>, A>{
                             call.output_gradient, static_cast<const std::uint8_t*>(call.saved), call.input_gradient});
    }
};

}  // namespace ditto
