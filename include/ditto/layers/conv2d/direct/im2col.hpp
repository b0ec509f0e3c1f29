// Unfolding an image into the matrix of its windows, and back.
#pragma once

#include <algorithm>
#include <cstddef>

#include "ditto/layers/conv2d/conv2d.hpp"

namespace ditto::detail {

/// The geometry of one convolution, with what loops over windows need.
template <class Conv, class Input>
struct Unfolding {
    using Geometry = typename Conv::Geometry;
    static constexpr Extents in = Input::extents;
    static constexpr Extents out = Conv::output(in);
    static constexpr int kernel = Geometry::kernel;
    static constexpr std::size_t channels = Conv::in_channels;
    static constexpr std::size_t in_width = static_cast<std::size_t>(in.width());
    static constexpr std::size_t depth = Conv::depth;

    /// Output rows in one block: enough pixels for an efficient product, few enough that the windows stay in the
    /// second-level cache.
    static constexpr int block_rows = std::clamp(256 / out.width(), 1, out.height());
    static constexpr std::size_t block_pixels = static_cast<std::size_t>(block_rows * out.width());
    static constexpr int blocks = (out.height() + block_rows - 1) / block_rows;
    /// Output pixels of block `index`; the last block may be smaller.
    static constexpr std::size_t pixels_of(int index) {
        return static_cast<std::size_t>(std::min(block_rows, out.height() - index * block_rows) * out.width());
    }
    static constexpr std::size_t first_pixel(int index) { return static_cast<std::size_t>(index) * block_pixels; }

    /// Calls visit(window, row, image_offset, window_offset, count) for each run of consecutive numbers that block
    /// `index`'s windows and the image share: one run for each window and kernel row that is not all padding.
    template <class Visit>
    static void for_each_run(int index, const Visit& visit) {
        const int last_row = std::min((index + 1) * block_rows, out.height());
        std::size_t window = 0;
        for (int output_row = index * block_rows; output_row < last_row; ++output_row)
            for (int output_column = 0; output_column < out.width(); ++output_column, ++window) {
                const int top = output_row * Geometry::stride - Geometry::padding;
                const int left = output_column * Geometry::stride - Geometry::padding;
                const int first = std::max(left, 0), last = std::min(left + kernel, in.width());
                if (first >= last) continue;
                for (int y = std::max(top, 0); y < std::min(top + kernel, in.height()); ++y)
                    visit((static_cast<std::size_t>(y) * in_width + static_cast<std::size_t>(first)) * channels,
                          window * depth + static_cast<std::size_t>((y - top) * kernel + first - left) * channels,
                          static_cast<std::size_t>(last - first) * channels);
            }
    }
};

/// windows [pixels of the block, kernel, kernel, channels] = the windows of block `index` of an image
/// [height, width, channels]; zeros in the padding.
template <class Conv, class Input, class T>
void unfold(int index, const T* image, T* windows) {
    using U = Unfolding<Conv, Input>;
    if constexpr (U::Geometry::padding > 0) std::fill_n(windows, U::pixels_of(index) * U::depth, T{0});
    U::for_each_run(index, [&](std::size_t from, std::size_t to, std::size_t count) {
        std::copy_n(image + from, count, windows + to);
    });
}

/// Adds the windows of block `index` to the image they came from: the transpose of unfold.
template <class Conv, class Input, class T>
void fold(int index, const T* windows, T* image) {
    using U = Unfolding<Conv, Input>;
    U::for_each_run(index, [&](std::size_t to, std::size_t from, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) image[to + i] += windows[from + i];
    });
}

}  // namespace ditto::detail
