// Linear on the CPU. The weight, [In, Out] in memory, is read once forward and once backward, in slices of consecutive
// rows, and its gradient is written once.
//
// Forward: slices of the inner dimension give partial products, added in fixed order. Backward: a slice of rows of the
// weight gives the same rows of its gradient and a slice of the input's gradient; no sum crosses slices.
#pragma once

#include <algorithm>

#include "ditto/device/cpu/column_sums.hpp"
#include "ditto/device/cpu/cpu.hpp"
#include "ditto/device/cpu/gemm.hpp"
#include "ditto/layers/calls.hpp"
#include "ditto/layers/linear/linear.hpp"

namespace ditto {

namespace detail {

/// Rows of the weight in one slice.
inline constexpr int linear_forward_slice = 4096;
inline constexpr int linear_backward_slice = 1024;

template <int In>
inline constexpr std::size_t linear_forward_slices = (In + linear_forward_slice - 1) / linear_forward_slice;

}  // namespace detail

template <int In, int Out, class Input, class P>
constexpr std::size_t workspace_bytes(Linear<In, Out>, Input, const Cpu<P>&, WorkspaceCall call) {
    if (call.phase == Phase::training_backward) return detail::column_sums_bytes(call.images, Out);
    return detail::linear_forward_slices<In> * call.images * Out * sizeof(typename P::scalar);
}

template <int In, int Out, class Input, class P>
void forward(Linear<In, Out>, Input, const Cpu<P>& device, const ForwardCall<typename P::scalar>& call) {
    using T = typename P::scalar;
    const T* weight = call.parameters[0];  // [In, Out]
    const T* bias = call.parameters[1];    // [Out]
    const int images = static_cast<int>(call.images);
    const std::size_t outputs = call.images * Out;
    auto* partial = static_cast<T*>(call.workspace);  // [slices, images, Out]

    parallel_chunks(In, detail::linear_forward_slice, device.threads, [&](std::size_t begin, std::size_t end) {
        T* product = partial + begin / detail::linear_forward_slice * outputs;
        gemm<T>(images, Out, static_cast<int>(end - begin), {call.input + begin, In}, {weight + begin * Out, Out}, T{0},
                {product, Out});
    });
    parallel_for(call.images, device.threads, [&](std::size_t image) {
        T* y = call.output + image * Out;
        std::copy_n(bias, Out, y);
        for (std::size_t slice = 0; slice < detail::linear_forward_slices<In>; ++slice) {
            const T* product = partial + slice * outputs + image * Out;
            for (int o = 0; o < Out; ++o) y[o] += product[o];
        }
    });
}

template <int In, int Out, class Input, class P>
void backward(Linear<In, Out>, Input, const Cpu<P>& device, const BackwardCall<typename P::scalar>& call) {
    using T = typename P::scalar;
    const T* weight = call.parameters[0];              // [In, Out]
    T* weight_gradient = call.parameter_gradients[0];  // [In, Out]
    const int images = static_cast<int>(call.images);

    parallel_chunks(In, detail::linear_backward_slice, device.threads, [&](std::size_t begin, std::size_t end) {
        const int rows = static_cast<int>(end - begin);
        if (call.input_gradient != nullptr)
            gemm<T>(images, rows, Out, {call.output_gradient, Out}, {weight + begin * Out, Out, true}, T{0},
                    {call.input_gradient + begin, In});
        gemm<T>(rows, Out, images, {call.input + begin, In, true}, {call.output_gradient, Out}, T{0},
                {weight_gradient + begin * Out, Out});
    });
    detail::column_sums<Out>(device, call.images, call.output_gradient, call.parameter_gradients[1], call.workspace);
}

}  // namespace ditto
