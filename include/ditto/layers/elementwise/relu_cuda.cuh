// ReLU on CUDA.
#pragma once

#include "ditto/device/cuda/launch.cuh"
#include "ditto/layers/calls.hpp"
#include "ditto/layers/elementwise/relu.hpp"

namespace ditto {

namespace detail {

struct ReluValue {
    __device__ float operator()(float x) const { return x < 0.0F ? 0.0F : x; }  // NaN stays NaN
};
struct ReluGradient {
    __device__ float operator()(float y, float gradient) const { return y > 0.0F ? gradient : 0.0F; }
};

}  // namespace detail

template <class Input, class P, class A>
void forward(ReLU, Input, const Cuda<P>& device, const ForwardCall<float, A>& call) {
    detail::map(device, call.images * Input::size, call.input, call.output, detail::ReluValue{});
}

template <class Input, class P, class A>
void backward(ReLU, Input, const Cuda<P>& device, const BackwardCall<float, A>& call) {
    if (call.input_gradient == nullptr) return;
    detail::map(device, call.images * Input::size, call.output, call.output_gradient, call.input_gradient,
                detail::ReluGradient{});
}

}  // namespace ditto
