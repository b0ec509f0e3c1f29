// What the pooling layers share on CUDA: one thread a number, which walks over the windows that concern it.
#pragma once

#include <cstddef>

#include "ditto/device/cuda/launch.cuh"
#include "ditto/layers/pooling/pool2d.hpp"
#include "ditto/layers/window_grid.cuh"

namespace ditto::detail {

/// A pool's windows, and who is in which.
template <class Pool, class Input>
struct PoolGrid : WindowGrid<Pool, Input> {
    using Grid = WindowGrid<Pool, Input>;
    using Grid::kernel, Grid::stride, Grid::padding, Grid::height, Grid::width, Grid::out_height, Grid::out_width;
    static constexpr int channels = Input::extents.channels();

    /// A number of a map [images, Height, Width, channels].
    struct Place {
        std::size_t image;
        int row, column, channel;
    };
    template <int Height, int Width>
    static __device__ Place place(std::size_t i) {
        const std::size_t pixel = i / channels;
        return {pixel / (Height * Width), static_cast<int>(pixel / Width % Height), static_cast<int>(pixel % Width),
                static_cast<int>(i % channels)};
    }
    static __device__ std::size_t input_at(const Place& place, int row, int column) {
        return ((place.image * height + static_cast<std::size_t>(row)) * width + static_cast<std::size_t>(column)) *
                   channels +
               static_cast<std::size_t>(place.channel);
    }
    static __device__ std::size_t output_at(const Place& place, int row, int column) {
        return ((place.image * out_height + static_cast<std::size_t>(row)) * out_width +
                static_cast<std::size_t>(column)) *
                   channels +
               static_cast<std::size_t>(place.channel);
    }

    /// visit(place in the window, index of the input) for the pixels of the window of output `i`.
    template <class Visit>
    static __device__ void for_each_pixel(std::size_t i, const Visit& visit) {
        const Place out = place<out_height, out_width>(i);
        for (int y = 0; y < kernel; ++y)
            for (int x = 0; x < kernel; ++x) {
                const int row = out.row * stride - padding + y, column = out.column * stride - padding + x;
                if (row >= 0 && row < height && column >= 0 && column < width)
                    visit(y * kernel + x, input_at(out, row, column));
            }
    }
    /// visit(place in the window, index of the output) for the windows that input `i` belongs to.
    template <class Visit>
    static __device__ void for_each_window(std::size_t i, const Visit& visit) {
        const Place in = place<height, width>(i);
        for (int y = 0; y < kernel; ++y)
            for (int x = 0; x < kernel; ++x) {
                const int top = in.row + padding - y, left = in.column + padding - x;
                if (top < 0 || left < 0 || top % stride != 0 || left % stride != 0) continue;
                if (top / stride < out_height && left / stride < out_width)
                    visit(y * kernel + x, output_at(in, top / stride, left / stride));
            }
    }
};

}  // namespace ditto::detail
