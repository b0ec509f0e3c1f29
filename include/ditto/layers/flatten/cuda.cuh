// Flatten on CUDA: pixels x channels become channels x pixels.
#pragma once

#include "ditto/device/cuda/launch.cuh"
#include "ditto/layers/flatten/flatten.hpp"
#include "ditto/layers/kernel.hpp"

namespace ditto {

namespace detail {

// Transposes each image, [rows, columns] to [columns, rows].
template <class A>
struct TransposeImages {
    const A* from;
    A* to;
    std::size_t rows, columns;
    __device__ void operator()(std::size_t i) const {
        const std::size_t size = rows * columns, image = i / size, at = i % size;
        to[i] = from[image * size + at % rows * columns + at / rows];
    }
};

}  // namespace detail

template <class Input, CudaDevice Device>
struct Kernel<Flatten, Input, Device> : KernelDefaults {
    using A = typename Device::activation;

    static void forward(const Device& device, const ForwardCall<float, A>& call) {
        constexpr std::size_t pixels = Input::extents.pixels(), channels = Input::extents.channels();
        detail::for_each(device, call.images * Input::size,
                         detail::TransposeImages<A>{call.input, call.output, pixels, channels});
    }

    static void backward(const Device& device, const BackwardCall<float, A>& call) {
        constexpr std::size_t pixels = Input::extents.pixels(), channels = Input::extents.channels();
        if (call.input_gradient == nullptr) return;
        detail::for_each(device, call.images * Input::size,
                         detail::TransposeImages<A>{call.output_gradient, call.input_gradient, channels, pixels});
    }
};

}  // namespace ditto
