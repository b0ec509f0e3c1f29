// Convolutions on CUDA by unfolding (im2col) and products of cuBLASLt, some images at a time.
//
// columns [images, pixels of the output, Kernel^2 In] times the weight [Kernel^2 In, Out], as it lies in memory, gives
// the output; the weight's gradient is the transposed columns times the output's gradient; the input's gradient folds
// the output's gradient times the transposed weight back, each input pixel gathering from the windows that it is in.
#pragma once

#include <algorithm>
#include <cstddef>

#include "ditto/core/plan.hpp"
#include "ditto/device/cuda/gemm.cuh"
#include "ditto/device/cuda/launch.cuh"
#include "ditto/layers/conv2d/grid.cuh"
#include "ditto/layers/linear/cuda.cuh"

namespace ditto::detail {

/// Writes one number of the columns.
template <class Grid, class A>
struct Unfold {
    const A* input;
    A* columns;
    __device__ void operator()(std::size_t i) const {
        const std::size_t at = i % Grid::depth, pixel = i / Grid::depth;
        const std::size_t image = pixel / Grid::pixels;
        const int channel = static_cast<int>(at % Grid::in), tap = static_cast<int>(at / Grid::in);
        const int out_row = static_cast<int>(pixel % Grid::pixels / Grid::out_width);
        const int out_column = static_cast<int>(pixel % Grid::out_width);
        const int row = out_row * Grid::stride - Grid::padding + tap / Grid::kernel;
        const int column = out_column * Grid::stride - Grid::padding + tap % Grid::kernel;
        const bool inside = row >= 0 && row < Grid::height && column >= 0 && column < Grid::width;
        columns[i] = inside ? input[image * Grid::in_size +
                                    static_cast<std::size_t>((row * Grid::width + column) * Grid::in + channel)]
                            : A(0.0F);
    }
};

/// Gathers one number of the input's gradient from the columns' gradients.
template <class Grid, class A>
struct Fold {
    const A* columns;
    A* input_gradient;
    __device__ void operator()(std::size_t i) const {
        const std::size_t image = i / Grid::in_size, at = i % Grid::in_size;
        const int channel = static_cast<int>(at % Grid::in), pixel = static_cast<int>(at / Grid::in);
        const int row = pixel / Grid::width, column = pixel % Grid::width;
        float sum = 0.0F;
        for (int y = 0; y < Grid::kernel; ++y) {
            const int top = row + Grid::padding - y;
            if (top < 0 || top % Grid::stride != 0 || top / Grid::stride >= Grid::out_height) continue;
            for (int x = 0; x < Grid::kernel; ++x) {
                const int left = column + Grid::padding - x;
                if (left < 0 || left % Grid::stride != 0 || left / Grid::stride >= Grid::out_width) continue;
                const auto window =
                    image * Grid::pixels +
                    static_cast<std::size_t>(top / Grid::stride * Grid::out_width + left / Grid::stride);
                const auto tap = static_cast<std::size_t>((y * Grid::kernel + x) * Grid::in + channel);
                sum += static_cast<float>(columns[window * Grid::depth + tap]);
            }
        }
        input_gradient[i] = A(sum);
    }
};

/// The passes of a convolution without its bias. `workspace` has bytes(): scratch of the products, then columns.
template <class Conv, class Input, CudaDevice Device>
struct UnfoldedConvolution {
    using A = typename Device::activation;
    using Grid = ConvolutionGrid<Conv, Input>;
    static constexpr std::size_t columns_of_image = Grid::pixels * Grid::depth;
    static constexpr std::size_t weights = Grid::depth * Grid::out;
    static constexpr std::size_t prepared_bytes = rounded_bytes<Device>(weights);
    static constexpr std::size_t image_channels = 0;
    /// As many images at a time as fill 64 MiB.
    static constexpr std::size_t images_at_once =
        std::max<std::size_t>(1, (std::size_t{64} << 20) / (columns_of_image * sizeof(A)));

    static constexpr std::size_t bytes(std::size_t images, bool /*padded_images*/) {
        return product_workspace +
               round_up(std::min(images, images_at_once) * columns_of_image * sizeof(A), tensor_alignment);
    }

    static void prepare(const Device& device, const float* weight, void* to) {
        round_weight(device, weights, weight, to);
    }
    /// The weight of a call as the passes take it.
    template <class Call>
    static const A* weight(const Call& call) {
        return product_weight<A>(call);
    }

    /// y [images, pixels, Out] = x convolved with the weight.
    static void forward(const Device& device, const ForwardCall<float, A>& call, A* y, void* workspace) {
        A* columns = column_memory(workspace);
        for_each_part(call.images, [&](std::size_t first, std::size_t now) {
            for_each(device, now * columns_of_image, Unfold<Grid, A>{call.input + first * Grid::in_size, columns});
            gemm<A, A>(device, now * Grid::pixels, Grid::out, Grid::depth, {columns, Grid::depth},
                       {weight(call), Grid::out}, 0.0F, {y + first * Grid::pixels * Grid::out, Grid::out}, workspace);
        });
    }

    static void weight_gradient(const Device& device, const BackwardCall<float, A>& call, const A* dy,
                                void* workspace) {
        A* columns = column_memory(workspace);
        for_each_part(call.images, [&](std::size_t first, std::size_t now) {
            for_each(device, now * columns_of_image, Unfold<Grid, A>{call.input + first * Grid::in_size, columns});
            gemm<A, float>(device, Grid::depth, Grid::out, now * Grid::pixels, {columns, Grid::depth, true},
                           {dy + first * Grid::pixels * Grid::out, Grid::out}, first == 0 ? 0.0F : 1.0F,
                           {call.parameter_gradients[0], Grid::out}, workspace);
        });
    }

    static void input_gradient(const Device& device, const BackwardCall<float, A>& call, const A* dy, void* workspace) {
        A* columns = column_memory(workspace);
        for_each_part(call.images, [&](std::size_t first, std::size_t now) {
            gemm<A, A>(device, now * Grid::pixels, Grid::depth, Grid::out,
                       {dy + first * Grid::pixels * Grid::out, Grid::out}, {weight(call), Grid::out, true}, 0.0F,
                       {columns, Grid::depth}, workspace);
            for_each(device, now * Grid::in_size, Fold<Grid, A>{columns, call.input_gradient + first * Grid::in_size});
        });
    }

  private:
    static A* column_memory(void* workspace) {
        return reinterpret_cast<A*>(static_cast<std::byte*>(workspace) + product_workspace);
    }
    template <class Part>
    static void for_each_part(std::size_t images, const Part& part) {
        for (std::size_t first = 0; first < images; first += images_at_once)
            part(first, std::min(images_at_once, images - first));
    }
};

}  // namespace ditto::detail
