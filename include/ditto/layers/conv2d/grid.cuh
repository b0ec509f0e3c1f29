// What device code must know of a convolution.
#pragma once

#include <cstddef>

#include "ditto/layers/conv2d/conv2d.hpp"
#include "ditto/layers/window_grid.cuh"

namespace ditto::detail {

/// Integers of a convolution, as device code reads them.
template <class Conv, class Input>
struct ConvolutionGrid : WindowGrid<Conv, Input> {
    using Grid = WindowGrid<Conv, Input>;
    using Grid::kernel, Grid::stride, Grid::padding, Grid::height, Grid::width, Grid::out_height, Grid::out_width;
    static constexpr int in = Conv::in_channels, out = Conv::out_channels;
    static constexpr std::size_t in_size = std::size_t{height} * width * in;
    static constexpr std::size_t pixels = std::size_t{out_height} * out_width;
    static constexpr std::size_t depth = std::size_t{kernel} * kernel * in;
};

}  // namespace ditto::detail
