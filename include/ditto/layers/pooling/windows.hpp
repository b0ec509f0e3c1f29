// What the pooling layers share on the CPU: walking over windows.
#pragma once

#include <algorithm>
#include <cstddef>

#include "ditto/layers/pooling/pool2d.hpp"

namespace ditto::detail {

/// Calls visit(output_pixel, place, input_pixel) for every pixel of every window of one output row: `place` is the
/// pixel's place in its window, row by row; pixels in the padding are left out.
template <class Geometry, class Input, class Visit>
void for_each_window_pixel(int output_row, const Visit& visit) {
    constexpr int height = Input::extents.height(), width = Input::extents.width(), kernel = Geometry::kernel;
    constexpr int output_width = Geometry::count(width);
    for (int output_column = 0; output_column < output_width; ++output_column) {
        const int top = output_row * Geometry::stride - Geometry::padding;
        const int left = output_column * Geometry::stride - Geometry::padding;
        for (int y = std::max(top, 0); y < std::min(top + kernel, height); ++y)
            for (int x = std::max(left, 0); x < std::min(left + kernel, width); ++x)
                visit(static_cast<std::size_t>(output_row * output_width + output_column),
                      (y - top) * kernel + (x - left), static_cast<std::size_t>(y * width + x));
    }
}

}  // namespace ditto::detail
