// Dropout: zeroes a random share of the numbers in training (torch.nn.Dropout).
#pragma once

#include <ratio>

#include "ditto/layers/layer.hpp"

namespace ditto {

/// In training each number becomes 0 with probability Rate (a std::ratio in [0, 1)) and is divided by 1 - Rate
/// otherwise; in inference nothing changes. The choice depends on (seed, step, layer, sample) alone, so backward
/// draws it again instead of storing it. Srivastava et al., "Dropout", JMLR 2014.
template <class Rate>
struct Dropout : ElementwiseLayer {
    static_assert(Rate::num >= 0 && Rate::num < Rate::den, "ditto: the rate of Dropout is in [0, 1)");
    static constexpr double rate = static_cast<double>(Rate::num) / static_cast<double>(Rate::den);
    static constexpr bool backward_reads_output = false;
};

}  // namespace ditto
