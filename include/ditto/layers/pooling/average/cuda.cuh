// AveragePool2d on CUDA.
#pragma once

#include "ditto/layers/kernel.hpp"
#include "ditto/layers/pooling/average/average_pool2d.hpp"
#include "ditto/layers/pooling/windows.cuh"

namespace ditto {

namespace detail {

template <class Grid, class A>
struct AveragePoolForward {
    const A* input;
    A* output;
    __device__ void operator()(std::size_t i) const {
        float sum = 0.0F;
        Grid::for_each_pixel(i, [&](int, std::size_t at) { sum += static_cast<float>(input[at]); });
        output[i] = A(sum / (Grid::kernel * Grid::kernel));
    }
};

template <class Grid, class A>
struct AveragePoolBackward {
    const A* output_gradient;
    A* input_gradient;
    __device__ void operator()(std::size_t i) const {
        float sum = 0.0F;
        Grid::for_each_window(i, [&](int, std::size_t at) { sum += static_cast<float>(output_gradient[at]); });
        input_gradient[i] = A(sum / (Grid::kernel * Grid::kernel));
    }
};

}  // namespace detail

template <int Size, class... Options, class Input, CudaDevice Device>
struct Kernel<AveragePool2d<Size, Options...>, Input, Device> : KernelDefaults {
    using A = typename Device::activation;
    using Pool = AveragePool2d<Size, Options...>;
    static constexpr std::size_t size = Pool::output(Input::extents).size();

    static void forward(const Device& device, const ForwardCall<float, A>& call) {
        detail::for_each(device, call.images * size,
                         detail::AveragePoolForward<detail::PoolGrid<Pool, Input>, A>{call.input, call.output});
    }

    static void backward(const Device& device, const BackwardCall<float, A>& call) {
        if (call.input_gradient == nullptr) return;
        detail::for_each(
            device, call.images * Input::size,
            detail::AveragePoolBackward<detail::PoolGrid<Pool, Input>, A>{call.output_gradient, call.input_gradient});
    }
};

}  // namespace ditto
