// LeakyReLU: a ReLU that lets a share of negative numbers through (torch.nn.LeakyReLU).
#pragma once

#include <ratio>

#include "ditto/layers/layer.hpp"

namespace ditto {

/// y = x for x > 0 and Slope * x otherwise. Slope is a std::ratio in (0, 1]; PyTorch's default is 1/100.
template <class Slope>
struct LeakyReLU : ElementwiseLayer {
    static_assert(Slope::num > 0 && Slope::num <= Slope::den, "ditto: the slope of LeakyReLU is in (0, 1]");
    static constexpr double slope = static_cast<double>(Slope::num) / static_cast<double>(Slope::den);
};

}  // namespace ditto
