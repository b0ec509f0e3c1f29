// What device code must know of a convolution.
#pragma once

#include <cstddef>

#include "ditto/layers/conv2d/conv2d.hpp"

namespace ditto::detail {

/// Integers of a convolution, as device code reads them.
template <class Conv, class Input>
struct ConvolutionGrid {
    static constexpr int kernel = Conv::Geometry::kernel, stride = Conv::Geometry::stride;
    static constexpr int padding = Conv::Geometry::padding;
    static constexpr int height = Input::extents.height(), width = Input::extents.width();
    static constexpr int in = Conv::in_channels, out = Conv::out_channels;
    static constexpr int out_height = Conv::output(Input::extents).height();
    static constexpr int out_width = Conv::output(Input::extents).width();
    static constexpr std::size_t in_size = std::size_t{height} * width * in;
    static constexpr std::size_t pixels = std::size_t{out_height} * out_width;
    static constexpr std::size_t depth = std::size_t{kernel} * kernel * in;
};

}  // namespace ditto::detail
