// Sigmoid on CUDA.
#pragma once

#include <cmath>

#include "ditto/device/cuda/launch.cuh"
#include "ditto/layers/calls.hpp"
#include "ditto/layers/elementwise/sigmoid.hpp"

namespace ditto {

namespace detail {

struct SigmoidValue {
    __device__ float operator()(float x) const { return 1.0F / (1.0F + std::exp(-x)); }
};
struct SigmoidGradient {
    __device__ float operator()(float y, float gradient) const { return gradient * y * (1.0F - y); }
};

}  // namespace detail

template <class Input, class P, class A>
void forward(Sigmoid, Input, const Cuda<P>& device, const ForwardCall<float, A>& call) {
    detail::map(device, call.images * Input::size, call.input, call.output, detail::SigmoidValue{});
}

template <class Input, class P, class A>
void backward(Sigmoid, Input, const Cuda<P>& device, const BackwardCall<float, A>& call) {
    if (call.input_gradient == nullptr) return;
    detail::map(device, call.images * Input::size, call.output, call.output_gradient, call.input_gradient,
                detail::SigmoidGradient{});
}

}  // namespace ditto
