// Cropping and resizing of images.
#pragma once

#if __has_include(<stb/stb_image_resize.h>)
#include <stb/stb_image_resize.h>
#else
#include <stb/stb_image_resize2.h>
#endif

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>

#include "ditto/core/error.hpp"
#include "ditto/data/image.hpp"

namespace ditto {

/// Pixels of one side that a central crop keeps: at least one.
inline int cropped_size(int size, double fraction) {
    return std::clamp(static_cast<int>(std::lround(size * fraction)), 1, size);
}

/// The central `fraction` (of each side) of an image, resized to `height` x `width` pixels without keeping the aspect
/// ratio. The filter is a triangle, widened when the image shrinks: bilinear with antialiasing, as Pillow and
/// torchvision resize. Throws Error if memory does not suffice.
inline Image crop_and_resize(const Image& image, double fraction, int height, int width) {
    const int crop_height = cropped_size(image.height, fraction), crop_width = cropped_size(image.width, fraction);
    const std::ptrdiff_t top = (image.height - crop_height) / 2, left = (image.width - crop_width) / 2;
    const std::uint8_t* crop = image.pixels.data() + 3 * (top * image.width + left);

    Image result{height, width, {}};
    result.pixels.resize(3 * static_cast<std::size_t>(height) * static_cast<std::size_t>(width));
#ifdef STBIR_ALPHA_CHANNEL_NONE  // stb_image_resize.h; its successor has another signature under the same name
    const bool resized =
        stbir_resize_uint8_generic(crop, crop_width, crop_height, 3 * image.width, result.pixels.data(), width, height,
                                   3 * width, 3, STBIR_ALPHA_CHANNEL_NONE, 0, STBIR_EDGE_CLAMP, STBIR_FILTER_TRIANGLE,
                                   STBIR_COLORSPACE_LINEAR, nullptr) != 0;
#else
    const bool resized =
        stbir_resize(crop, crop_width, crop_height, 3 * image.width, result.pixels.data(), width, height, 3 * width,
                     STBIR_RGB, STBIR_TYPE_UINT8, STBIR_EDGE_CLAMP, STBIR_FILTER_TRIANGLE) != nullptr;
#endif
    if (!resized)
        throw Error("cannot resize an image of " + std::to_string(image.width) + " x " + std::to_string(image.height) +
                    " pixels: out of memory; scale it down");
    return result;
}

}  // namespace ditto
