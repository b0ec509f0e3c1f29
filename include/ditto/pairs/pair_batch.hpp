// A batch of image pairs, as the network takes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ditto/core/pair_label.hpp"
#include "ditto/images/augmentation.hpp"

namespace ditto {

/// An image that is still to be made: which of a store, and how it is changed.
struct ImageDraw {
    std::uint32_t image = 0;
    Augmentation augmentation{};

    bool operator==(const ImageDraw&) const = default;
};

/// What PairLoader prepares: pairs as a trainer takes them.
struct PairBatch {
    std::size_t pairs = 0;
    std::vector<float> images;      ///< [2 * pairs, H, W, 3], RGB in [0, 1]: first all left images, then all right ones
    std::vector<ImageDraw> draws;   ///< [2 * pairs], in the same order: see PairLoaderSettings::only_draws
    std::vector<PairLabel> labels;  ///< [pairs]
    std::vector<std::uint32_t> people;  ///< [2 * pairs] who is on each image, where the loader draws pairs of people
};

}  // namespace ditto
