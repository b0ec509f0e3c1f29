// Cropping and resizing of images. Not by stb_image_resize 0.97: with this filter one of its assertions ends the
// process where the size shrinks by about 1.5.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "ditto/images/image.hpp"

namespace ditto {
namespace detail {

/// The pixels of a row or column that make up one pixel of the resized one, and what each weighs: 1 in all.
struct Taps {
    std::size_t first = 0;
    std::vector<float> weights;
};

/// Triangle weights for `target` pixels over the central `fraction` of `size` pixels.
inline std::vector<Taps> triangle_taps(int size, double fraction, int target) {
    const double ratio = size * fraction / target, reach = std::max(ratio, 1.0);
    std::vector<Taps> all(static_cast<std::size_t>(target));
    for (int i = 0; i < target; ++i) {
        const double centre = 0.5 * size + (i + 0.5 - 0.5 * target) * ratio;  // pixel p lies from p to p + 1
        const int begin = std::max(0, static_cast<int>(std::floor(centre - reach + 0.5)));
        const int end = std::min(size, static_cast<int>(std::floor(centre + reach + 0.5)));
        const auto weight = [&](int p) { return std::max(0.0, 1.0 - std::abs(p + 0.5 - centre) / reach); };
        double total = 0.0;
        for (int p = begin; p < end; ++p) total += weight(p);
        Taps& taps = all[static_cast<std::size_t>(i)];
        taps.first = static_cast<std::size_t>(begin);
        for (int p = begin; p < end; ++p) taps.weights.push_back(static_cast<float>(weight(p) / total));
    }
    return all;
}

}  // namespace detail

/// The central `fraction` (of each side) of an image, resized to `height` x `width` pixels without keeping the aspect
/// ratio. The filter is a triangle, widened when the image shrinks: bilinear with antialiasing, as Pillow's
/// Image.resize(size, BILINEAR, box=crop) does it, and torch.nn.functional.interpolate(antialias=True) a whole frame.
inline Image crop_and_resize(const Image& image, double fraction, int height, int width) {
    const std::vector<detail::Taps> rows = detail::triangle_taps(image.height, fraction, height);
    const std::vector<detail::Taps> columns = detail::triangle_taps(image.width, fraction, width);
    const std::size_t first_row = rows.front().first, end_row = rows.back().first + rows.back().weights.size();
    const std::size_t source_stride = 3 * static_cast<std::size_t>(image.width), stride = 3 * columns.size();

    std::vector<float> narrowed((end_row - first_row) * stride);  // [rows in use, width, 3]
    float* sum = narrowed.data();
    for (std::size_t row = first_row; row < end_row; ++row)
        for (const detail::Taps& taps : columns) {
            const std::uint8_t* pixel = image.pixels.data() + row * source_stride + 3 * taps.first;
            for (const float weight : taps.weights)
                for (std::size_t channel = 0; channel < 3; ++channel)
                    sum[channel] += weight * static_cast<float>(*pixel++);
            sum += 3;
        }

    Image result{height, width, {}};
    result.pixels.reserve(rows.size() * stride);
    std::vector<float> line(stride);
    for (const detail::Taps& taps : rows) {
        std::fill(line.begin(), line.end(), 0.5F);  // rounds to the nearest
        const float* value = narrowed.data() + (taps.first - first_row) * stride;
        for (const float weight : taps.weights)
            for (float& target : line) target += weight * *value++;
        for (const float target : line) result.pixels.push_back(static_cast<std::uint8_t>(target));
    }
    return result;
}

}  // namespace ditto
