// From the samples of a PNG file to RGB.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ditto/images/formats/png.hpp"
#include "ditto/images/formats/refusal.hpp"
#include "ditto/images/image.hpp"

namespace ditto::detail {

/// Throws Error if samples of 16 bits, of which the largest is `largest`, look as if they had 12: cameras and scanners
/// of 12 bits leave such files, which would be all but black.
inline void require_16_bits(std::size_t largest, const std::string& name) {
    if (largest > 0 && largest < 4096)
        throw Error(name + ": no value of its 16 bits is above " + std::to_string(largest) +
                    ", so that it would be all but black; it seems to hold 12 bits or fewer: scale its values to "
                    "0..65535, or save it with 8 bits");
}

/// Bytes that image_from_samples() takes, with its samples.
inline std::int64_t image_from_samples_bytes(const PngStructure& png) {
    const bool moved = png.channels == 3 && png.depth == 8;
    return png.all_sample_bytes() + (moved ? 0 : 3 * png.pixels());
}

/// The picture that samples make: `samples` are [height, width, channels] of png.sample_bytes() bytes, the high one
/// first, as they stand in the file (less than 8 bits in a byte each). Transparency is dropped, of 16 bits the high 8
/// are kept. Throws Error if a sample is beyond the palette.
inline Image image_from_samples(const PngStructure& png, std::vector<std::uint8_t> samples, const std::string& name) {
    Image image{png.height, png.width, {}};
    if (png.channels == 3 && png.depth == 8) {
        image.pixels = std::move(samples);
        return image;
    }
    const std::size_t pixels = static_cast<std::size_t>(png.height) * static_cast<std::size_t>(png.width);
    const auto channels = static_cast<std::size_t>(png.channels), bytes = static_cast<std::size_t>(png.sample_bytes());
    const std::size_t colours = channels >= 3 ? 3 : 1, step = channels * bytes;
    const std::size_t white = (std::size_t{1} << std::min(png.depth, 8)) - 1;
    if (bytes == 2) {
        std::size_t largest = 0;
        for (std::size_t i = 0; i < pixels; ++i)
            for (std::size_t c = 0; c < colours; ++c)
                largest = std::max<std::size_t>(
                    largest, std::size_t{samples[i * step + 2 * c]} << 8 | samples[i * step + 2 * c + 1]);
        require_16_bits(largest, name);
    }
    image.pixels.resize(3 * pixels);
    std::uint8_t* target = image.pixels.data();
    for (std::size_t i = 0; i < pixels; ++i, target += 3) {
        const std::uint8_t* sample = samples.data() + i * step;
        if (!png.palette.empty()) {
            if (3 * std::size_t{*sample} >= png.palette.size())
                refuse_damaged(name, "a pixel has colour " + std::to_string(*sample) + " of a palette of " +
                                         std::to_string(png.palette.size() / 3));
            std::copy_n(png.palette.begin() + 3 * std::ptrdiff_t{*sample}, 3, target);
        } else if (colours == 3) {
            for (std::size_t c = 0; c < 3; ++c) target[c] = sample[c * bytes];
        } else {
            std::fill_n(target, 3, static_cast<std::uint8_t>(*sample * 255U / white));
        }
    }
    return image;
}

}  // namespace ditto::detail
