// Turning an image upright as its EXIF orientation says.
#pragma once

#include <algorithm>
#include <cstddef>

#include "ditto/images/image.hpp"

namespace ditto {

/// The image as it is to be seen, for EXIF orientation 1 to 8 (EXIF 2.32, tag 0x0112: which edges of the scene row 0
/// and column 0 hold).
inline Image upright(Image image, int orientation) {
    if (orientation == 1) return image;
    const bool transposed = orientation >= 5;
    const bool rows_reversed = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    const bool columns_reversed = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;

    Image result{image.height, image.width, {}};
    if (transposed) std::swap(result.height, result.width);
    result.pixels.resize(image.pixels.size());
    auto target = result.pixels.begin();
    for (int y = 0; y < result.height; ++y)
        for (int x = 0; x < result.width; ++x) {
            int row = transposed ? x : y, column = transposed ? y : x;
            if (rows_reversed) row = image.height - 1 - row;
            if (columns_reversed) column = image.width - 1 - column;
            const auto source = image.pixels.begin() + (std::ptrdiff_t{row} * image.width + column) * 3;
            target = std::copy(source, source + 3, target);
        }
    return result;
}

}  // namespace ditto
