// One pass from stored bytes to the network's input: crop, augmentation and scaling to [0, 1] at once.
//
// Every pixel is the mean of samples x samples bilinear interpolations, with as many samples a side as stored pixels
// go into one (1 to 4), so that shrinking does not alias. Cost: 12 bytes read and about 40 instructions a sample.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "ditto/images/affine_map.hpp"
#include "ditto/images/bilinear.hpp"
#include "ditto/images/image.hpp"

namespace ditto {
namespace detail {

using Float4 [[gnu::vector_size(16)]] = float;

/// Four bytes as floats. The conversion is spelt out in steps of one instruction each: compilers take the direct one
/// apart, which costs three times the time.
inline Float4 to_floats(std::int32_t bytes) {
    using Bytes [[gnu::vector_size(16)]] = std::uint8_t;
    using Halves [[gnu::vector_size(16)]] = std::uint16_t;
    using Words [[gnu::vector_size(16)]] = std::int32_t;
    const Words word = {bytes, 0, 0, 0};
    const auto packed = reinterpret_cast<Bytes>(word);
#ifdef __clang__
    const auto halves = reinterpret_cast<Halves>(
        __builtin_shufflevector(packed, Bytes{}, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
    const auto words = reinterpret_cast<Words>(__builtin_shufflevector(halves, Halves{}, 0, 8, 1, 9, 2, 10, 3, 11));
#else
    const auto halves = reinterpret_cast<Halves>(
        __builtin_shuffle(packed, Bytes{}, Bytes{0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23}));
    const auto words = reinterpret_cast<Words>(__builtin_shuffle(halves, Halves{}, Halves{0, 8, 1, 9, 2, 10, 3, 11}));
#endif
    return __builtin_convertvector(words, Float4);
}

/// Red, green and blue at position (y, x), interpolated; positions beyond the border take the border's pixels.
inline Float4 bilinear(const Image& image, float y, float x) {
    const auto [top, left, down, right] = bilinear_place(image.height, image.width, y, x);
    const auto row = [share = right](const std::uint8_t* pixel) {
        // Two pixels are six bytes: four from the first on, and the last four, of which one is the first pixel's.
        std::int32_t first = 0;
        std::uint32_t second = 0;
        std::memcpy(&first, pixel, 4);
        std::memcpy(&second, pixel + 2, 4);
        return interpolate(to_floats(first), to_floats(static_cast<std::int32_t>(second >> 8)), share);
    };
    const std::uint8_t* pixel = image.pixels.data() + 3 * (std::ptrdiff_t{top} * image.width + left);
    return interpolate(row(pixel), row(pixel + std::ptrdiff_t{3} * image.width), down);
}

}  // namespace detail

/// Fills `output` [height, width, 3], values in [0, 1], with the augmented central part of `image` that takes `window`
/// of each of its sides. Without augmentation, an image of height x width pixels and window 1 give its bytes / 255.
/// The image must have 2 x 2 pixels or more.
inline void resample(const Image& image, double window, const Augmentation& augmentation, int height, int width,
                     std::span<float> output) {
    const detail::AffineMap map(image.height, image.width, window, augmentation, height, width);
    const int samples = map.samples();
    const float divisor = 255.0F * static_cast<float>(samples * samples);
    const auto to_float = [](double value) { return static_cast<float>(value); };
    const float x_step = to_float(map.x_by_column), y_step = to_float(map.y_by_column);
    std::array<float, 16> x_offsets{}, y_offsets{};  // of the samples from the pixel's centre
    for (int i = 0; i < samples * samples; ++i) {
        const double down = (i / samples + 0.5) / samples - 0.5, right = (i % samples + 0.5) / samples - 0.5;
        x_offsets[static_cast<std::size_t>(i)] = to_float(map.x_by_row * down + map.x_by_column * right);
        y_offsets[static_cast<std::size_t>(i)] = to_float(map.y_by_row * down + map.y_by_column * right);
    }

    float* pixel = output.data();
    for (int row = 0; row < height; ++row) {
        const float x_start = to_float(map.x + map.x_by_row * row), y_start = to_float(map.y + map.y_by_row * row);
        for (int column = 0; column < width; ++column, pixel += 3) {
            const auto along = static_cast<float>(column);
            const float x = x_start + along * x_step, y = y_start + along * y_step;
            detail::Float4 sum = {};
            for (std::size_t i = 0; i < static_cast<std::size_t>(samples * samples); ++i)
                sum += detail::bilinear(image, y + y_offsets[i], x + x_offsets[i]);
            sum /= divisor;
            std::memcpy(pixel, &sum, 3 * sizeof(float));
        }
    }
}

}  // namespace ditto
