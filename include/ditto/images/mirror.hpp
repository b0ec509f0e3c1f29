// Mirror images of a network's input.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

namespace ditto {

/// Exchanges left and right of an image [height, width, 3], in place. Not by Augmentation::mirror: resampling a stored
/// image that is finer than the network's input would round differently.
inline void mirror(std::span<float> image, int height, int width) {
    constexpr std::ptrdiff_t channels = 3;
    for (std::ptrdiff_t row = 0; row < height; ++row) {
        float* left = image.data() + row * width * channels;
        float* right = left + (width - 1) * channels;
        for (; left < right; left += channels, right -= channels) std::swap_ranges(left, left + channels, right);
    }
}

}  // namespace ditto
