// Activations on CUDA, computed in float.
#pragma once

#include <concepts>

#include "ditto/device/cuda/launch.cuh"
#include "ditto/layers/elementwise/activation.hpp"
#include "ditto/layers/kernel.hpp"

namespace ditto {

namespace detail {

template <class Function>
struct ActivationValue {
    __device__ float operator()(float x) const { return Function::value(x); }
};
template <class Function>
struct ActivationGradient {
    __device__ float operator()(float number, float dy) const { return Function::gradient(number, dy); }
};

}  // namespace detail

template <class Function, class Input, CudaDevice Device>
requires std::derived_from<Function, Activation>
struct Kernel<Function, Input, Device> : KernelDefaults {
    using A = typename Device::activation;

    static void forward(const Device& device, const ForwardCall<float, A>& call) {
        detail::map(device, call.images * Input::size, call.input, call.output, detail::ActivationValue<Function>{});
    }

    static void backward(const Device& device, const BackwardCall<float, A>& call) {
        if (call.input_gradient == nullptr) return;
        const A* at = Function::backward_reads_input ? call.input : call.output;
        detail::map(device, call.images * Input::size, at, call.output_gradient, call.input_gradient,
                    detail::ActivationGradient<Function>{});
    }
};

}  // namespace ditto
