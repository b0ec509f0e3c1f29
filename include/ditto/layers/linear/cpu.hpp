// Linear on the CPU: by slices of the weight (slices.hpp) where the shape fits, otherwise by products of runs of rows.
#pragma once

#include <algorithm>
#include <concepts>

#include "ditto/device/cpu/column_sums.hpp"
#include "ditto/device/cpu/cpu.hpp"
#include "ditto/device/cpu/gemm.hpp"
#include "ditto/layers/kernel.hpp"
#include "ditto/layers/linear/map_linear.hpp"
#include "ditto/layers/linear/slices.hpp"

namespace ditto {

namespace detail {

/// Rows of the weight in one product, where the shape does not fit slices. Forward: runs of the inner dimension give
/// partial products, added in fixed order. Backward: a run of rows of the weight gives the same rows of its gradient
/// and a part of the input's gradient; no sum crosses runs.
inline constexpr int linear_forward_run = 4096;
inline constexpr int linear_backward_run = 1024;

template <int In>
inline constexpr std::size_t linear_forward_runs = (In + linear_forward_run - 1) / linear_forward_run;

template <int In, int Out, class P>
void linear_forward_by_runs(const Cpu<P>& device, const ForwardCall<typename P::scalar>& call) {
    using T = typename P::scalar;
    const T* weight = call.parameters[0];  // [In, Out]
    const int images = static_cast<int>(call.images);
    const std::size_t outputs = call.images * Out;
    auto* partial = static_cast<T*>(call.workspace);  // [runs, images, Out]
    parallel_chunks(In, linear_forward_run, device.threads, [&](std::size_t begin, std::size_t end) {
        gemm<T>(images, Out, static_cast<int>(end - begin), {call.input + begin, In}, {weight + begin * Out, Out}, T{0},
                {partial + begin / linear_forward_run * outputs, Out});
    });
    parallel_for(call.images, device.threads, [&](std::size_t image) {
        T* y = call.output + image * Out;
        std::copy_n(call.parameters[1], Out, y);
        for (std::size_t run = 0; run < linear_forward_runs<In>; ++run) {
            const T* product = partial + run * outputs + image * Out;
            for (int o = 0; o < Out; ++o) y[o] += product[o];
        }
    });
}

template <int In, int Out, class P>
void linear_backward_by_runs(const Cpu<P>& device, const BackwardCall<typename P::scalar>& call) {
    using T = typename P::scalar;
    const T* weight = call.parameters[0];              // [In, Out]
    T* weight_gradient = call.parameter_gradients[0];  // [In, Out]
    const int images = static_cast<int>(call.images);
    parallel_chunks(In, linear_backward_run, device.threads, [&](std::size_t begin, std::size_t end) {
        const int rows = static_cast<int>(end - begin);
        if (call.input_gradient != nullptr)
            gemm<T>(images, rows, Out, {call.output_gradient, Out}, {weight + begin * Out, Out, true}, T{0},
                    {call.input_gradient + begin, In});
        gemm<T>(rows, Out, images, {call.input + begin, In, true}, {call.output_gradient, Out}, T{0},
                {weight_gradient + begin * Out, Out});
    });
}

}  // namespace detail

template <int In, int Out, class Input, class P>
struct Kernel<Linear<In, Out>, Input, Cpu<P>> : KernelDefaults {
    using T = typename P::scalar;
    using Slices = detail::LinearSlices<T, In, Out, typename Cpu<P>::arch>;
    using Rows = typename detail::HeldRows<P, typename Cpu<P>::arch>::type;

    /// The weight's gradient is handed on where it is large: memory would have to hold it, and read and write it again.
    static constexpr bool streams_gradient(std::size_t index) {
        return index == 0 && Slices::fits && std::int64_t{In} * Out >= (1 << 16);
    }

    static constexpr std::size_t workspace_bytes(WorkspaceCall call) {
        if (call.phase == PassPhase::training_backward)
            return std::max(detail::column_sums_bytes(call.images, Out),
                            Slices::fits ? Slices::backward_bytes(call.images, call.threads) : 0);
        if (Slices::fits) return Slices::forward_bytes(call.images, call.threads);
        return detail::linear_forward_runs<In> * call.images * Out * sizeof(T);
    }

    /// Inference in bf16 holds the weight a second time, rounded.
    static constexpr std::size_t prepared_bytes = std::same_as<P, bf16> && Slices::fits ? std::size_t{In} * Out * 2 : 0;

    static void prepare(const Cpu<P>& device, const std::array<const T*, max_layer_tensors>& parameters, void* to) {
        parallel_for(In, device.threads, [&](std::size_t row) {
            Rows::store(parameters[0] + row * Out, Out,
                        static_cast<typename Rows::Number*>(to) + row * Out / Rows::columns);
        });
    }

    static void forward(const Cpu<P>& device, const ForwardCall<T>& call) {
        if constexpr (Slices::fits) {
            if constexpr (std::same_as<P, bf16>) {
                if (call.prepared != nullptr) {
                    Slices::template forward<Rows>(device.threads, call.images, call.input,
                                                   static_cast<const typename Rows::Number*>(call.prepared),
                                                   call.parameters[1], call.output, call.workspace);
                    return;
                }
            }
            Slices::forward(device.threads, call.images, call.input, call.parameters[0], call.parameters[1],
                            call.output, call.workspace);
        } else {
            detail::linear_forward_by_runs<In, Out>(device, call);
        }
    }

    static void backward(const Cpu<P>& device, const BackwardCall<T>& call) {
        detail::column_sums<Out>(device, call.images, call.output_gradient, call.parameter_gradients[1],
                                 call.workspace);
        if constexpr (Slices::fits) {
            Slices::backward(
                device.threads, call.images, call.input, call.parameters[0], call.output_gradient, call.input_gradient,
                call.parameter_gradients[0], call.workspace,
                [&](std::size_t first, std::size_t count, const T* numbers) { call.stream(0, first, count, numbers); });
        } else {
            detail::linear_backward_by_runs<In, Out>(device, call);
        }
    }
};

template <int In, int Out, class Input, class P>
struct Kernel<MapLinear<In, Out>, Input, Cpu<P>> : Kernel<Linear<In, Out>, Input, Cpu<P>> {};

}  // namespace ditto
