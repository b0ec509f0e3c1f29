// What device code must know of a layer of windows.
#pragma once

namespace ditto::detail {

/// The integers of a convolution or a pool on Input, as device code reads them.
template <class Layer, class Input>
struct WindowGrid {
    static constexpr int kernel = Layer::Geometry::kernel, stride = Layer::Geometry::stride;
    static constexpr int padding = Layer::Geometry::padding;
    static constexpr int height = Input::extents.height(), width = Input::extents.width();
    static constexpr int out_height = Layer::output(Input::extents).height();
    static constexpr int out_width = Layer::output(Input::extents).width();
};

}  // namespace ditto::detail
