// GlobalAveragePool2d: the mean of every channel (torch.nn.AdaptiveAvgPool2d(1) and a flatten).
#pragma once

#include "ditto/layers/layer.hpp"

namespace ditto {

/// [H, W, C] becomes [C]: the mean over all pixels.
struct GlobalAveragePool2d : Layer {
    static constexpr bool accepts(Extents in) { return in.is_spatial(); }
    static constexpr Extents expects(Extents) { return Extents::spatial(any_height, any_width, any_channels); }
    static constexpr Extents output(Extents in) { return Extents::flat(in.channels()); }
    static constexpr std::int64_t flops(Extents in) { return in.size(); }
    static constexpr bool backward_reads_input = false;
    static constexpr bool backward_reads_output = false;
};

}  // namespace ditto
