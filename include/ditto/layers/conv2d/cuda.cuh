// Conv2d on CUDA.
#pragma once

#include "ditto/layers/conv2d/passes.cuh"
#include "ditto/layers/kernel.hpp"
#include "ditto/layers/linear/cuda.cuh"

namespace ditto {

template <int In, int Out, int Size, class... Options, class Input, CudaDevice Device>
struct Kernel<Conv2d<In, Out, Size, Options...>, Input, Device> : KernelDefaults {
    using A = typename Device::activation;
    using Passes = detail::CudaConvolution<Conv2d<In, Out, Size, Options...>, Input, Device>;

    static constexpr std::size_t prepared_bytes = Passes::prepared_bytes, image_channels = Passes::image_channels;
    static void prepare(const Device& device, const std::array<const float*, max_layer_tensors>& from, void* to) {
        Passes::prepare(device, from[0], to);
    }

    /// The passes' own workspace, and after it in backward the partial sums of the bias's gradient.
    static constexpr std::size_t workspace_bytes(WorkspaceCall call) {
        const std::size_t bytes = Passes::bytes(call.images, call.padded_images);
        return call.phase == PassPhase::training_backward
                   ? bytes + detail::sums_bytes(call.images * Passes::Grid::pixels, 1, Out)
                   : bytes;
    }

    static void forward(const Device& device, const ForwardCall<float, A>& call) {
        Passes::forward(device, call, call.output, call.workspace);
        detail::for_each(device, call.images * Passes::Grid::pixels * Out,
                         detail::AddBias<A>{call.output, call.parameters[1], Out});
    }

    static void backward(const Device& device, const BackwardCall<float, A>& call) {
        void* partial = static_cast<std::byte*>(call.workspace) + Passes::bytes(call.images, call.padded_images);
        detail::column_sums<Out>(device, call.images * Passes::Grid::pixels, call.output_gradient,
                                 call.parameter_gradients[1], partial);
        Passes::weight_gradient(device, call, call.output_gradient, call.workspace);
        if (call.input_gradient != nullptr) Passes::input_gradient(device, call, call.output_gradient, call.workspace);
    }
};

}  // namespace ditto
