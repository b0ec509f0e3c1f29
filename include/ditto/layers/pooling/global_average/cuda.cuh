// GlobalAveragePool2d on CUDA.
#pragma once

#include "ditto/device/cuda/launch.cuh"
#include "ditto/layers/kernel.hpp"
#include "ditto/layers/pooling/global_average/global_average_pool2d.hpp"

namespace ditto {

namespace detail {

template <class A>
struct AverageChannel {
    const A* input;
    A* output;
    std::size_t pixels, channels;
    __device__ void operator()(std::size_t i) const {
        const A* x = input + i / channels * pixels * channels + i % channels;
        float sum = 0.0F;
        for (std::size_t p = 0; p < pixels; ++p) sum += static_cast<float>(x[p * channels]);
        output[i] = A(sum / static_cast<float>(pixels));
    }
};

template <class A>
struct SpreadChannel {
    const A* output_gradient;
    A* input_gradient;
    std::size_t pixels, channels;
    __device__ void operator()(std::size_t i) const {
        const float share = static_cast<float>(output_gradient[i / (pixels * channels) * channels + i % channels]);
        input_gradient[i] = A(share / static_cast<float>(pixels));
    }
};

}  // namespace detail

template <class Input, CudaDevice Device>
struct Kernel<GlobalAveragePool2d, Input, Device> : KernelDefaults {
    using A = typename Device::activation;

    static void forward(const Device& device, const ForwardCall<float, A>& call) {
        constexpr std::size_t pixels = Input::extents.pixels(), channels = Input::extents.channels();
        detail::for_each(device, call.images * channels,
                         detail::AverageChannel<A>{call.input, call.output, pixels, channels});
    }

    static void backward(const Device& device, const BackwardCall<float, A>& call) {
        constexpr std::size_t pixels = Input::extents.pixels(), channels = Input::extents.channels();
        if (call.input_gradient == nullptr) return;
        detail::for_each(device, call.images * Input::size,
                         detail::SpreadChannel<A>{call.output_gradient, call.input_gradient, pixels, channels});
    }
};

}  // namespace ditto
