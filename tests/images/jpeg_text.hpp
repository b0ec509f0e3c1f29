// JPEG files as text: what they are decoded to, or why not; and one of three components.
#pragma once

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "ditto/images/image_file.hpp"
#include "flat_jpeg.hpp"
#include "images.hpp"

inline ditto::Image decode_jpeg_text(const std::string& bytes) {
    return ditto::decode_image({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, "test.jpg");
}

inline std::string jpeg_error(const std::string& bytes) {
    const std::string error = error_of([&] { decode_jpeg_text(bytes); });
    CHECK(!contains(error, "\n"));
    return error;
}

/// The one colour of a picture; (-1, -1, -1) if it has several.
inline std::array<int, 3> colour_of(const std::string& bytes) {
    const ditto::Image image = decode_jpeg_text(bytes);
    for (std::size_t i = 3; i < image.pixels.size(); ++i)
        if (image.pixels[i] != image.pixels[i - 3]) return {-1, -1, -1};
    return {image.pixels[0], image.pixels[1], image.pixels[2]};
}

using Colour = std::array<int, 3>;

inline const std::vector<FlatComponent> orange = {{1, 150}, {2, 60}, {3, 180}};  // Y, Cb, Cr
inline const Colour orange_rgb = {223, 136, 30};  // Y + 1.402 (Cr - 128), Y - 0.344 (Cb - 128) - 0.714 (Cr - 128), ...

inline std::vector<FlatScan> scan_each(std::size_t components, FlatScan like = {}) {
    std::vector<FlatScan> scans;
    for (std::size_t i = 0; i < components; ++i) {
        like.components = {i};
        scans.push_back(like);
    }
    return scans;
}
