// An 8-bit RGB image in memory.
#pragma once

#include <cstdint>
#include <vector>

namespace ditto {

/// An image of 8-bit RGB pixels.
struct Image {
    int height = 0;
    int width = 0;
    std::vector<std::uint8_t> pixels;  ///< [height, width, 3], RGB
};

}  // namespace ditto
