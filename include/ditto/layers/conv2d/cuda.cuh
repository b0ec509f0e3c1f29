// Conv2d on CUDA.
#pragma once

#include "ditto/layers/calls.hpp"
#include "ditto/layers/conv2d/passes.cuh"
#include "ditto/layers/linear/cuda.cuh"

namespace ditto {

template <int In, int Out, int Kernel, class... Options, class Input, class P>
constexpr std::size_t prepared_bytes(Conv2d<In, Out, Kernel, Options...>, Input, const Cuda<P>&) {
    return detail::CudaConvolution<Conv2d<In, Out, Kernel, Options...>, Input, P>::prepared_bytes;
}
template <int In, int Out, int Kernel, class... Options, class Input, class P>
void prepare(Conv2d<In, Out, Kernel, Options...>, Input, const Cuda<P>& device,
             const std::array<const float*, max_layer_tensors>& from, void* to) {
    detail::CudaConvolution<Conv2d<In, Out, Kernel, Options...>, Input, P>::prepare(device, from[0], to);
}

/// The passes' own workspace, and after it in backward the partial sums of the bias's gradient.
template <int In, int Out, int Kernel, class... Options, class Input, class P>
constexpr std::size_t workspace_bytes(Conv2d<In, Out, Kernel, Options...>, Input, const Cuda<P>&, WorkspaceCall call) {
    using Passes = detail::CudaConvolution<Conv2d<In, Out, Kernel, Options...>, Input, P>;
    const std::size_t bytes = Passes::bytes(call.images);
    return call.phase == Phase::training_backward
               ? bytes + detail::sums_bytes(call.images * Passes::Grid::pixels, 1, Out)
               : bytes;
}

template <int In, int Out, int Kernel, class... Options, class Input, class P, class A>
void forward(Conv2d<In, Out, Kernel, Options...>, Input, const Cuda<P>& device, const ForwardCall<float, A>& call) {
    using Passes = detail::CudaConvolution<Conv2d<In, Out, Kernel, Options...>, Input, P>;
    Passes::forward(device, call.images, call.input, Passes::weight(call), call.output, call.workspace);
    detail::for_each(device, call.images * Passes::Grid::pixels * Out,
                     detail::AddBias<A>{call.output, call.parameters[1], Out});
}

template <int In, int Out, int Kernel, class... Options, class Input, class P, class A>
void backward(Conv2d<In, Out, Kernel, Options...>, Input, const Cuda<P>& device, const BackwardCall<float, A>& call) {
    using Passes = detail::CudaConvolution<Conv2d<In, Out, Kernel, Options...>, Input, P>;
    void* partial = static_cast<std::byte*>(call.workspace) + Passes::bytes(call.images);
    detail::column_sums(device, call.images * Passes::Grid::pixels, Out, call.output_gradient,
                        call.parameter_gradients[1], partial);
    Passes::weight_gradient(device, call.images, call.input, call.output_gradient, call.parameter_gradients[0],
                            call.workspace);
    if (call.input_gradient != nullptr)
        Passes::input_gradient(device, call.images, call.output_gradient, Passes::weight(call), call.input_gradient,
                               call.workspace);
}

}  // namespace ditto
