// A batch of image pairs, as the network takes it.
#pragma once

#include <cstddef>
#include <vector>

#include "ditto/core/pair_label.hpp"

namespace ditto {

struct PairBatch {
    std::size_t pairs = 0;
    std::vector<float> images;      // [2 * pairs, H, W, 3], RGB in [0, 1]: first all left images, then all right ones
    std::vector<PairLabel> labels;  // [pairs]
};

}  // namespace ditto
