// Conv2d on the CPU by unfolding and matrix products: the path for every shape, and the reference for faster ones.
//
// A block of output rows unfolds to windows [pixels, depth], depth = kernel^2 * in channels, in scratch memory of the
// thread. Forward: windows x weight [depth, out]. Input gradient: output gradient x weight^T, folded back, image by
// image. Weight gradient: windows^T x output gradient, summed over the images of a lane; there is a fixed number of
// lanes, each with its own sum, added up in fixed order.
#pragma once

#include <algorithm>

#include "ditto/core/plan.hpp"
#include "ditto/device/cpu/column_sums.hpp"
#include "ditto/device/cpu/cpu.hpp"
#include "ditto/device/cpu/elementwise.hpp"
#include "ditto/device/cpu/gemm.hpp"
#include "ditto/layers/calls.hpp"
#include "ditto/layers/conv2d/im2col.hpp"

namespace ditto {

namespace detail {

/// Sums of the weight gradient that are formed side by side.
inline constexpr std::size_t weight_gradient_lanes = 8;

template <class Conv, class Input, class T>
constexpr std::size_t window_bytes() {
    return round_up(Unfolding<Conv, Input>::block_pixels * Conv::depth * sizeof(T), tensor_alignment);
}

// The windows' scratch memory of the calling thread.
template <class Conv, class Input, class T>
T* own_windows(void* workspace) {
    return reinterpret_cast<T*>(static_cast<std::byte*>(workspace) +
                                static_cast<std::size_t>(thread_index()) * window_bytes<Conv, Input, T>());
}

template <class Conv, class Input, class P>
void conv2d_input_gradient(const Cpu<P>& device, const BackwardCall<typename P::scalar>& call) {
    using T = typename P::scalar;
    using U = Unfolding<Conv, Input>;
    constexpr int out = Conv::out_channels, depth = Conv::depth;
    parallel_for(call.images, device.threads, [&](std::size_t image) {
        T* windows = own_windows<Conv, Input, T>(call.workspace);
        T* dx = call.input_gradient + image * Input::size;
        std::fill_n(dx, Input::size, T{0});
        for (int block = 0; block < U::blocks; ++block) {
            const T* dy = call.output_gradient + image * U::out.size() + U::first_pixel(block) * out;
            gemm<T>(static_cast<int>(U::pixels_of(block)), depth, out, {dy, out}, {call.parameters[0], out, true}, T{0},
                    {windows, depth});
            fold<Conv, Input>(block, windows, dx);
        }
    });
}

template <class Conv, class Input, class P>
void conv2d_weight_gradient(const Cpu<P>& device, const BackwardCall<typename P::scalar>& call, void* lane_memory) {
    using T = typename P::scalar;
    using U = Unfolding<Conv, Input>;
    constexpr int out = Conv::out_channels, depth = Conv::depth;
    constexpr std::size_t weights = static_cast<std::size_t>(depth) * out;
    auto* lanes = static_cast<T*>(lane_memory);  // [lanes, depth, out]
    const std::size_t used_lanes = std::min(weight_gradient_lanes, call.images);
    parallel_for(used_lanes, device.threads, [&](std::size_t lane) {
        T* windows = own_windows<Conv, Input, T>(call.workspace);
        T* sum = lanes + lane * weights;
        std::fill_n(sum, weights, T{0});
        for (std::size_t image = lane; image < call.images; image += weight_gradient_lanes)
            for (int block = 0; block < U::blocks; ++block) {
                unfold<Conv, Input>(block, call.input + image * Input::size, windows);
                const T* dy = call.output_gradient + image * U::out.size() + U::first_pixel(block) * out;
                gemm<T>(depth, out, static_cast<int>(U::pixels_of(block)), {windows, depth, true}, {dy, out}, T{1},
                        {sum, out});
            }
    });
    parallel_chunks(weights, elementwise_chunk, device.threads, [&](std::size_t begin, std::size_t end) {
        T* gradient = call.parameter_gradients[0];
        std::copy(lanes + begin, lanes + end, gradient + begin);
        for (std::size_t lane = 1; lane < used_lanes; ++lane)
            for (std::size_t i = begin; i < end; ++i) gradient[i] += lanes[lane * weights + i];
    });
}

}  // namespace detail

template <int In, int Out, int Kernel, class... Options, class Input, class P>
constexpr std::size_t workspace_bytes(Conv2d<In, Out, Kernel, Options...>, Input, const Cpu<P>&, WorkspaceCall call) {
    using T = typename P::scalar;
    using Conv = Conv2d<In, Out, Kernel, Options...>;
    std::size_t bytes = static_cast<std::size_t>(call.threads) * detail::window_bytes<Conv, Input, T>();
    if (call.phase == Phase::training_backward) {
        const std::size_t lanes = detail::weight_gradient_lanes * Conv::depth * Out * sizeof(T);
        const std::size_t pixels = call.images * static_cast<std::size_t>(Conv::output(Input::extents).pixels());
        bytes += std::max(lanes, detail::column_sums_bytes(pixels, Out));
    }
    return bytes;
}

template <int In, int Out, int Kernel, class... Options, class Input, class P>
void forward(Conv2d<In, Out, Kernel, Options...>, Input, const Cpu<P>& device,
             const ForwardCall<typename P::scalar>& call) {
    using T = typename P::scalar;
    using Conv = Conv2d<In, Out, Kernel, Options...>;
    using U = detail::Unfolding<Conv, Input>;
    parallel_for(call.images * U::blocks, device.threads, [&](std::size_t item) {
        const std::size_t image = item / U::blocks;
        const int block = static_cast<int>(item % U::blocks);
        T* windows = detail::own_windows<Conv, Input, T>(call.workspace);
        T* y = call.output + image * U::out.size() + U::first_pixel(block) * Out;
        detail::unfold<Conv, Input>(block, call.input + image * Input::size, windows);
        for (std::size_t pixel = 0; pixel < U::pixels_of(block); ++pixel)
            std::copy_n(call.parameters[1], Out, y + pixel * Out);
        gemm<T>(static_cast<int>(U::pixels_of(block)), Out, Conv::depth, {windows, Conv::depth},
                {call.parameters[0], Out}, T{1}, {y, Out});
    });
}

template <int In, int Out, int Kernel, class... Options, class Input, class P>
void backward(Conv2d<In, Out, Kernel, Options...>, Input, const Cpu<P>& device,
              const BackwardCall<typename P::scalar>& call) {
    using T = typename P::scalar;
    using Conv = Conv2d<In, Out, Kernel, Options...>;
    const std::size_t pixels = call.images * static_cast<std::size_t>(Conv::output(Input::extents).pixels());
    void* after_windows = static_cast<std::byte*>(call.workspace) +
                          static_cast<std::size_t>(device.threads) * detail::window_bytes<Conv, Input, T>();
    detail::column_sums<Out>(device, pixels, call.output_gradient, call.parameter_gradients[1], after_windows);
    detail::conv2d_weight_gradient<Conv, Input>(device, call, after_windows);
    if (call.input_gradient != nullptr) detail::conv2d_input_gradient<Conv, Input>(device, call);
}

}  // namespace ditto
