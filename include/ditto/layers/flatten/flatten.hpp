// Flatten: an image becomes a vector (torch.nn.Flatten on NCHW).
#pragma once

#include <limits>

#include "ditto/layers/layer.hpp"

namespace ditto {

/// [H, W, C] becomes [C * H * W] in channel-major order, as torch.flatten gives it, so that the weights of a Linear
/// after it are PyTorch's.
struct Flatten : Layer {
    static constexpr bool accepts(Extents in) {
        return in.is_spatial() && in.size() <= std::numeric_limits<int>::max();
    }
    static constexpr Extents expects(Extents) { return Extents::spatial(any_height, any_width, any_channels); }
    static constexpr Extents output(Extents in) { return Extents::flat(static_cast<int>(in.size())); }
    static constexpr std::int64_t flops(Extents) { return 0; }
    static constexpr bool backward_reads_input = false;
    static constexpr bool backward_reads_output = false;
};

}  // namespace ditto
