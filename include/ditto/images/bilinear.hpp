// Bilinear interpolation, for all devices.
#pragma once

#include <algorithm>

namespace ditto::detail {

/// The four stored pixels around a position, of which the first is (top, left), and how far beyond it the position is.
struct BilinearPlace {
    int top, left;
    float down, right;  // in [0, 1]
};

/// The place of position (y, x) in an image of 2 x 2 pixels or more; beyond the border lie the border's pixels.
constexpr BilinearPlace bilinear_place(int height, int width, float y, float x) {
    y = std::clamp(y, 0.0F, static_cast<float>(height - 1));
    x = std::clamp(x, 0.0F, static_cast<float>(width - 1));
    const int top = std::min(static_cast<int>(y), height - 2), left = std::min(static_cast<int>(x), width - 2);
    return {top, left, y - static_cast<float>(top), x - static_cast<float>(left)};
}

/// `share` of the way from one value to another; Value is a number, or a vector of some.
template <class Value>
constexpr Value interpolate(const Value& from, const Value& to, float share) {
    return from + share * (to - from);
}

}  // namespace ditto::detail
