// L2Normalize: scales a vector to length 1 (torch.nn.functional.normalize).
#pragma once

#include "ditto/layers/layer.hpp"

namespace ditto {

/// y = x / max(|x|, 1e-12), |x| the Euclidean length of the sample.
struct L2Normalize : Layer {
    static constexpr double epsilon = 1e-12;

    static constexpr bool accepts(Extents in) { return in.is_flat(); }
    static constexpr Extents expects(Extents) { return Extents::flat(any_size); }
    static constexpr Extents output(Extents in) { return in; }
    static constexpr std::int64_t flops(Extents in) { return 3 * in.size(); }
    static constexpr bool backward_reads_output = false;
};

}  // namespace ditto
