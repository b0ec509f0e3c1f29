// ReLU: max(x, 0) (torch.nn.ReLU).
#pragma once

#include "ditto/layers/layer.hpp"

namespace ditto {

/// y = max(x, 0) for every number; the gradient at 0 is 0.
struct ReLU : ElementwiseLayer {};

}  // namespace ditto
