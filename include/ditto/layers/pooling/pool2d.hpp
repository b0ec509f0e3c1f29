// What the two pooling layers share: shapes.
#pragma once

#include "ditto/layers/layer.hpp"
#include "ditto/layers/window.hpp"

namespace ditto {

namespace detail {
template <bool Right>
struct PoolPaddingCheck {
    static_assert(Right, "ditto: the padding of a pool is at most half its kernel");
};
}  // namespace detail

/// Base of MaxPool2d and AveragePool2d: a window per channel. The stride is the kernel's size unless Options say
/// otherwise, as in PyTorch.
template <int Kernel, class... Options>
struct Pool2d : Layer {
    using Geometry = SlidingWindow<Kernel, Kernel, Options...>;
    static_assert(sizeof(detail::PoolPaddingCheck<(2 * Geometry::padding <= Geometry::kernel)>) > 0);
    static constexpr bool is_valid = Geometry::valid && 2 * Geometry::padding <= Geometry::kernel;

    static constexpr bool accepts(Extents in) {
        return in.is_spatial() && Geometry::accepts(in.height()) && Geometry::accepts(in.width());
    }
    static constexpr Extents expects(Extents in) {
        if (!in.is_spatial()) return Extents::spatial(any_height, any_width, any_channels);
        return Extents::spatial(Geometry::expects(in.height()), Geometry::expects(in.width()), in.channels());
    }
    static constexpr Extents output(Extents in) { return Geometry::grid(in, in.channels()); }
    static constexpr std::int64_t flops(Extents in) { return output(in).size() * Kernel * Kernel; }
    static constexpr bool backward_reads_input = false;
    static constexpr bool backward_reads_output = false;
};

}  // namespace ditto
