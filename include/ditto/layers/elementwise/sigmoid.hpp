// Sigmoid: 1 / (1 + exp(-x)) (torch.nn.Sigmoid).
#pragma once

#include "ditto/layers/layer.hpp"

namespace ditto {

/// y = 1 / (1 + exp(-x)) for every number.
struct Sigmoid : ElementwiseLayer {
    static constexpr std::int64_t flops(Extents in) { return 4 * in.size(); }
};

}  // namespace ditto
