// What the built-in faces are drawn with: colours, signed distances of simple shapes, an anti-aliased canvas.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

/// The built-in faces: who they are, and how they are drawn.
namespace ditto::faces {

/// A position on a face, or a size: x to the right, y down. The picture spans [-1, 1] both ways before a pose moves it.
struct Point {
    double x = 0.0, y = 0.0;
};

/// A colour; each part is in [0, 1] once it reaches a picture.
struct Colour {
    double red = 0.0, green = 0.0, blue = 0.0;

    friend constexpr Colour operator+(Colour a, Colour b) {
        return {a.red + b.red, a.green + b.green, a.blue + b.blue};
    }
    friend constexpr Colour operator*(Colour a, Colour b) {
        return {a.red * b.red, a.green * b.green, a.blue * b.blue};
    }
    friend constexpr Colour operator*(double scale, Colour a) {
        return {scale * a.red, scale * a.green, scale * a.blue};
    }
};

/// `a` at amount 0, `b` at amount 1.
constexpr Colour mix(Colour a, Colour b, double amount) {
    return (1.0 - amount) * a + amount * b;
}

/// The brightness of a colour as a grey picture shows it (ITU-R BT.601).
constexpr double luma(Colour colour) {
    return 0.299 * colour.red + 0.587 * colour.green + 0.114 * colour.blue;
}

/// A colour by what the eye tells apart.
struct Tone {
    double hue = 0.0;         ///< in turns: 0 red, 1/3 green, 2/3 blue
    double chroma = 0.0;      ///< 0 is grey
    double brightness = 0.0;  ///< the colour's luma
};

/// The colour of a tone. Tones that differ in hue alone look alike in a grey picture, as long as no part of the colour
/// leaves [0, 1]; what leaves it is clipped.
inline Colour colour_of(const Tone& tone) {
    const auto wave = [&](double phase) { return tone.chroma * std::cos(2.0 * std::numbers::pi * (tone.hue - phase)); };
    const Colour tint{wave(0.0), wave(1.0 / 3.0), wave(2.0 / 3.0)};
    const double lift = tone.brightness - luma(tint);
    return {std::clamp(lift + tint.red, 0.0, 1.0), std::clamp(lift + tint.green, 0.0, 1.0),
            std::clamp(lift + tint.blue, 0.0, 1.0)};
}

// Signed distances: negative inside a shape, positive outside, in the units of the face.

/// Approximate distance to an ellipse: exact on its outline, to first order beside it.
inline double ellipse(Point at, Point centre, Point radii) {
    const double x = (at.x - centre.x) / radii.x, y = (at.y - centre.y) / radii.y;
    const double level = std::sqrt(x * x + y * y);
    const double slope = std::sqrt(x * x / (radii.x * radii.x) + y * y / (radii.y * radii.y));
    return slope > 0.0 ? level * (level - 1.0) / slope : -std::min(radii.x, radii.y);
}

/// Distance to a rectangle of half sizes `half` with rounded corners.
inline double rounded_box(Point at, Point centre, Point half, double corner) {
    const double x = std::abs(at.x - centre.x) - half.x + corner, y = std::abs(at.y - centre.y) - half.y + corner;
    const double outer_x = std::max(x, 0.0), outer_y = std::max(y, 0.0);
    return std::sqrt(outer_x * outer_x + outer_y * outer_y) + std::min(std::max(x, y), 0.0) - corner;
}

/// Distance to a line from `a` to `b` with round ends and the given half width.
inline double stroke(Point at, Point a, Point b, double half_width) {
    const Point along{b.x - a.x, b.y - a.y}, offset{at.x - a.x, at.y - a.y};
    const double length_squared = along.x * along.x + along.y * along.y;
    const double t = std::clamp((offset.x * along.x + offset.y * along.y) / length_squared, 0.0, 1.0);
    return std::hypot(offset.x - t * along.x, offset.y - t * along.y) - half_width;
}

/// Approximate distance to all that lies below the parabola y = top.y + bend (x - top.x)^2.
inline double below_parabola(Point at, Point top, double bend) {
    const double x = at.x - top.x, slope = 2.0 * bend * x;
    return (top.y + bend * x * x - at.y) / std::sqrt(1.0 + slope * slope);
}

/// Where a face lies in the picture: scaled, then rotated (radians, clockwise as seen), then shifted.
struct Placement {
    Point shift;
    double rotation = 0.0;
    double scale = 1.0;
};

/// A part of the face's plane that holds a shape: its centre and half sizes.
struct Bounds {
    Point centre, half;
};

/// A square picture that shapes are painted on, one over another, in the coordinates of a face.
class Canvas {
  public:
    /// A black picture of size x size pixels, on which a face lies as `placement` says.
    Canvas(int size, const Placement& placement)
        : size_(size),
          pixels_(static_cast<std::size_t>(size) * static_cast<std::size_t>(size)),
          placement_(placement),
          cosine_(std::cos(placement.rotation)),
          sine_(std::sin(placement.rotation)),
          pixel_(2.0 / size / placement.scale) {}

    int size() const { return size_; }  ///< pixels of a side

    /// The colour at a row and a column.
    Colour& operator()(int row, int column) { return pixels_[index(row, column)]; }
    const Colour& operator()(int row, int column) const { return pixels_[index(row, column)]; }

    /// Where the middle of a pixel lies in the picture, which spans [-1, 1] both ways.
    Point position(int row, int column) const {
        return {(2 * column + 1.0) / size_ - 1.0, (2 * row + 1.0) / size_ - 1.0};
    }

    /// Paints the shape whose signed distance at a Point is distance(point); nothing outside `bounds` is touched. An
    /// edge is one pixel wide, or as wide as `softness`.
    template <class Distance>
    void paint(const Bounds& bounds, Colour colour, const Distance& distance, double softness = 0.0,
               double opacity = 1.0) {
        const double edge = std::max(pixel_, softness), margin = edge + pixel_;
        const Point half{bounds.half.x + margin, bounds.half.y + margin};
        // The box that holds the turned bounds, in pixels.
        const Point centre = to_pixels(bounds.centre);
        const double reach_x = (std::abs(cosine_) * half.x + std::abs(sine_) * half.y) / pixel_;
        const double reach_y = (std::abs(sine_) * half.x + std::abs(cosine_) * half.y) / pixel_;
        const int top = first(centre.y - reach_y), bottom = last(centre.y + reach_y);
        const int left = first(centre.x - reach_x), right = last(centre.x + reach_x);
        for (int row = top; row < bottom; ++row)
            for (int column = left; column < right; ++column) {
                const double cover = opacity * std::clamp(0.5 - distance(to_face(row, column)) / edge, 0.0, 1.0);
                if (cover > 0.0) (*this)(row, column) = mix((*this)(row, column), colour, cover);
            }
    }

  private:
    std::size_t index(int row, int column) const {
        return static_cast<std::size_t>(row) * static_cast<std::size_t>(size_) + static_cast<std::size_t>(column);
    }
    Point to_face(int row, int column) const {
        const Point at = position(row, column);
        const double x = at.x - placement_.shift.x, y = at.y - placement_.shift.y;
        return {(cosine_ * x + sine_ * y) / placement_.scale, (cosine_ * y - sine_ * x) / placement_.scale};
    }
    Point to_pixels(Point at) const {
        const double x = placement_.scale * (cosine_ * at.x - sine_ * at.y) + placement_.shift.x;
        const double y = placement_.scale * (sine_ * at.x + cosine_ * at.y) + placement_.shift.y;
        return {(x + 1.0) * size_ / 2.0, (y + 1.0) * size_ / 2.0};
    }
    int first(double edge) const { return static_cast<int>(std::clamp(std::floor(edge), 0.0, double(size_))); }
    int last(double edge) const { return static_cast<int>(std::clamp(std::ceil(edge), 0.0, double(size_))); }

    int size_;
    std::vector<Colour> pixels_;  // [size, size]
    Placement placement_;
    double cosine_, sine_;
    double pixel_;  // width of a pixel on the face
};

}  // namespace ditto::faces
