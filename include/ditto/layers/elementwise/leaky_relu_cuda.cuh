// LeakyReLU on CUDA.
#pragma once

#include "ditto/device/cuda/launch.cuh"
#include "ditto/layers/calls.hpp"
#include "ditto/layers/elementwise/leaky_relu.hpp"

namespace ditto {

namespace detail {

struct LeakyReluValue {
    float slope;
    __device__ float operator()(float x) const { return x > 0.0F ? x : slope * x; }
};
struct LeakyReluGradient {
    float slope;  // positive, so the output's sign is the input's
    __device__ float operator()(float y, float gradient) const { return y > 0.0F ? gradient : slope * gradient; }
};

}  // namespace detail

template <class Slope, class Input, class P, class A>
void forward(LeakyReLU<Slope>, Input, const Cuda<P>& device, const ForwardCall<float, A>& call) {
    detail::map(device, call.images * Input::size, call.input, call.output,
                detail::LeakyReluValue{static_cast<float>(LeakyReLU<Slope>::slope)});
}

template <class Slope, class Input, class P, class A>
void backward(LeakyReLU<Slope>, Input, const Cuda<P>& device, const BackwardCall<float, A>& call) {
    if (call.input_gradient == nullptr) return;
    detail::map(device, call.images * Input::size, call.output, call.output_gradient, call.input_gradient,
                detail::LeakyReluGradient{static_cast<float>(LeakyReLU<Slope>::slope)});
}

}  // namespace ditto
