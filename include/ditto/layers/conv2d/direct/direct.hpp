// Convolution by unfolding and matrix products: for every shape, and the reference for faster algorithms.
//
// A block of output rows unfolds to windows [pixels, depth], depth = kernel^2 * in channels, in scratch memory of the
// thread. Forward: windows x weight [depth, out]. Input gradient: output gradient x weight^T, folded back, image by
// image. Weight gradient: windows^T x output gradient, summed over the images of a lane; there is a fixed number of
// lanes, each with its own sum, added up in fixed order.
#pragma once

#include <algorithm>

#include "ditto/core/plan.hpp"
#include "ditto/device/cpu/cpu.hpp"
#include "ditto/device/cpu/elementwise.hpp"
#include "ditto/device/cpu/gemm.hpp"
#include "ditto/layers/calls.hpp"
#include "ditto/layers/conv2d/direct/im2col.hpp"

namespace ditto::detail {

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

// The lanes' sums lie after all threads' windows.
template <class Conv, class Input, class T>
T* weight_gradient_sums(int threads, void* workspace) {
    return reinterpret_cast<T*>(static_cast<std::byte*>(workspace) +
                                static_cast<std::size_t>(threads) * window_bytes<Conv, Input, T>());
}

template <class Conv, class Input, class T>
constexpr std::size_t direct_workspace_bytes(WorkspaceCall call) {
    const std::size_t windows = static_cast<std::size_t>(call.threads) * window_bytes<Conv, Input, T>();
    if (call.phase != PassPhase::training_backward) return windows;
    return windows + weight_gradient_lanes * Conv::depth * Conv::out_channels * sizeof(T);
}

template <class Conv, class Input, class P>
void direct_forward(const Cpu<P>& device, const ForwardCall<typename P::scalar>& call) {
    using T = typename P::scalar;
    using U = Unfolding<Conv, Input>;
    constexpr int out = Conv::out_channels, depth = Conv::depth;
    parallel_for(call.images * U::blocks, device.threads, [&](std::size_t item) {
        const std::size_t image = item / U::blocks;
        const int block = static_cast<int>(item % U::blocks);
        T* windows = own_windows<Conv, Input, T>(call.workspace);
        T* y = call.output + image * U::out.size() + U::first_pixel(block) * out;
        unfold<Conv, Input>(block, call.input + image * Input::size, windows);
        for (std::size_t pixel = 0; pixel < U::pixels_of(block); ++pixel)
            std::copy_n(call.parameters[1], out, y + pixel * out);
        gemm<T>(static_cast<int>(U::pixels_of(block)), out, depth, {windows, depth}, {call.parameters[0], out}, T{1},
                {y, out});
    });
}

template <class Conv, class Input, class P, class T>
void direct_input_gradient(const Cpu<P>& device, std::size_t images, const T* dy_of_all, const T* weight, T* dx_of_all,
                           void* workspace) {
    using U = Unfolding<Conv, Input>;
    constexpr int out = Conv::out_channels, depth = Conv::depth;
    parallel_for(images, device.threads, [&](std::size_t image) {
        T* windows = own_windows<Conv, Input, T>(workspace);
        T* dx = dx_of_all + image * Input::size;
        std::fill_n(dx, Input::size, T{0});
        for (int block = 0; block < U::blocks; ++block) {
            const T* dy = dy_of_all + image * U::out.size() + U::first_pixel(block) * out;
            gemm<T>(static_cast<int>(U::pixels_of(block)), depth, out, {dy, out}, {weight, out, true}, T{0},
                    {windows, depth});
            fold<Conv, Input>(block, windows, dx);
        }
    });
}

template <class Conv, class Input, class P>
void direct_weight_gradient(const Cpu<P>& device, const BackwardCall<typename P::scalar>& call) {
    using T = typename P::scalar;
    using U = Unfolding<Conv, Input>;
    constexpr int out = Conv::out_channels, depth = Conv::depth;
    constexpr std::size_t weights = static_cast<std::size_t>(depth) * out;
    T* lanes = weight_gradient_sums<Conv, Input, T>(device.threads, call.workspace);  // [lanes, depth, out]
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

}  // namespace ditto::detail
