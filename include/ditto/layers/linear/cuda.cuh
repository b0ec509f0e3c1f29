// Linear on CUDA: products by cuBLASLt.
#pragma once

#include <algorithm>
#include <type_traits>

#include "ditto/core/plan.hpp"
#include "ditto/device/cuda/gemm.cuh"
#include "ditto/device/cuda/launch.cuh"
#include "ditto/device/cuda/rows.cuh"
#include "ditto/layers/kernel.hpp"
#include "ditto/layers/linear/map_linear.hpp"

namespace ditto {

namespace detail {

/// y [rows, channels] += bias [channels].
template <class A>
struct AddBias {
    A* y;
    const float* bias;
    std::size_t channels;
    __device__ void operator()(std::size_t i) const { y[i] = A(static_cast<float>(y[i]) + bias[i % channels]); }
};

/// Bytes of a weight of `count` numbers rounded for products; none where the weight itself will do.
template <CudaDevice Device>
constexpr std::size_t rounded_bytes(std::size_t count) {
    using A = typename Device::activation;
    return std::is_same_v<A, float> ? 0 : count * sizeof(A);
}

/// Prepares a layer whose first parameter is a weight of `count` numbers: a copy, rounded for products.
template <CudaDevice Device>
void round_weight(const Device& device, std::size_t count, const float* weight, void* to) {
    using A = typename Device::activation;
    for_each(device, count, Convert<float, A>{weight, static_cast<A*>(to)});
}

/// The weight of a call as products take it: itself, or what round_weight() made of it.
template <class A, class Call>
const A* product_weight(const Call& call) {
    if constexpr (std::is_same_v<A, float>)
        return call.parameters[0];
    else
        return static_cast<const A*>(call.prepared);
}

}  // namespace detail

template <int In, int Out, class Input, CudaDevice Device>
struct Kernel<Linear<In, Out>, Input, Device> : KernelDefaults {
    using A = typename Device::activation;

    static constexpr std::size_t prepared_bytes = detail::rounded_bytes<Device>(std::size_t{In} * Out);
    static constexpr bool prepares_rounded = prepared_bytes > 0;

    static void prepare(const Device& device, const std::array<const float*, max_layer_tensors>& from, void* to) {
        detail::round_weight(device, std::size_t{In} * Out, from[0], to);
    }

    /// Scratch of the products, and in backward after it the partial sums of the bias's gradient.
    static constexpr std::size_t workspace_bytes(WorkspaceCall call) {
        return detail::product_workspace +
               (call.phase == PassPhase::training_backward ? detail::sums_bytes(call.images, 1, Out) : 0);
    }

    static void forward(const Device& device, const ForwardCall<float, A>& call) {
        constexpr bool in_product = std::is_same_v<A, float>;
        detail::gemm<A, A>(device, call.images, Out, In, {call.input, In}, {detail::product_weight<A>(call), Out}, 0.0F,
                           {call.output, Out}, call.workspace, in_product ? call.parameters[1] : nullptr);
        if (!in_product)
            detail::for_each(device, call.images * Out, detail::AddBias<A>{call.output, call.parameters[1], Out});
    }

    static void backward(const Device& device, const BackwardCall<float, A>& call) {
        void* partial = static_cast<std::byte*>(call.workspace) + detail::product_workspace;
        detail::column_sums<Out>(device, call.images, call.output_gradient, call.parameter_gradients[1], partial);
        detail::gemm<A, float>(device, In, Out, call.images, {call.input, In, true}, {call.output_gradient, Out}, 0.0F,
                               {call.parameter_gradients[0], Out}, call.workspace);
        if (call.input_gradient == nullptr) return;
        detail::gemm<A, A>(device, call.images, In, Out, {call.output_gradient, Out},
                           {detail::product_weight<A>(call), Out, true}, 0.0F, {call.input_gradient, In},
                           call.workspace);
    }
};

template <int In, int Out, class Input, CudaDevice Device>
struct Kernel<MapLinear<In, Out>, Input, Device> : Kernel<Linear<In, Out>, Input, Device> {};

}  // namespace ditto
