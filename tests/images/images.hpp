// Images for tests, made in the test.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/core/random.hpp"
#include "ditto/images/formats/codec.hpp"
#include "ditto/images/image.hpp"

inline std::uint8_t& value(ditto::Image& image, int row, int column, int channel) {
    return image.pixels[static_cast<std::size_t>(3 * (row * image.width + column) + channel)];
}

inline ditto::Image blank_image(int height, int width) {
    return {height, width, std::vector<std::uint8_t>(static_cast<std::size_t>(3 * height * width))};
}

/// Waves of about `period` pixels, different in each channel.
inline ditto::Image smooth_image(int height, int width, double period = 40.0) {
    ditto::Image image = blank_image(height, width);
    for (int row = 0; row < height; ++row)
        for (int column = 0; column < width; ++column)
            for (int channel = 0; channel < 3; ++channel) {
                const double wave = std::sin(6.28 * (row + 0.3 * column * (channel + 1)) / period + channel);
                value(image, row, column, channel) = static_cast<std::uint8_t>(std::lround(127.5 + 120.0 * wave));
            }
    return image;
}

inline ditto::Image noise_image(int height, int width, std::uint64_t sample = 0) {
    ditto::Image image = blank_image(height, width);
    ditto::Random random(7, ditto::RandomPurpose::test, 0, sample);
    for (std::uint8_t& pixel : image.pixels) pixel = static_cast<std::uint8_t>(random.below(256));
    return image;
}

/// The bytes of a JPEG file.
inline std::string jpeg(const ditto::Image& image) {
    const std::vector<std::uint8_t> bytes = ditto::detail::encode_jpeg(image, 95);
    return {bytes.begin(), bytes.end()};
}

/// What the Error that `action` throws says; empty if it throws none.
template <class Action>
std::string error_of(const Action& action) {
    try {
        action();
    } catch (const ditto::Error& error) {
        return error.what();
    }
    return {};
}

inline bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}
