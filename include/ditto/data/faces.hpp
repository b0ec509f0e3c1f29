// Built-in faces: simple drawn pictures of people, so that a network can be trained and tested without any download.
#pragma once

#include <cstdint>

#include "ditto/core/error.hpp"
#include "ditto/data/faces_identity.hpp"
#include "ditto/data/image.hpp"

namespace ditto {
namespace faces {

inline void paint_background(Canvas& canvas, const Nuisance& n) {
    const double cosine = std::cos(n.pattern_angle), sine = std::sin(n.pattern_angle);
    for (int row = 0; row < canvas.size(); ++row)
        for (int column = 0; column < canvas.size(); ++column) {
            const double x = (2.0 * column + 1.0) / canvas.size() - 1.0, y = (2.0 * row + 1.0) / canvas.size() - 1.0;
            const double u = n.pattern_scale * (cosine * x + sine * y) + n.pattern_phase;
            const double v = n.pattern_scale * (cosine * y - sine * x) + n.pattern_phase;
            double level = 0.0;
            if (n.pattern == 1) level = 0.5 + 2.0 * std::sin(u);
            if (n.pattern == 2) level = 0.5 + 4.0 * (std::sin(u) * std::sin(v) - 0.4);
            if (n.pattern == 3) level = 0.5 + 0.5 * std::sin(0.4 * u + std::sin(0.3 * v)) * std::sin(0.35 * v);
            canvas(row, column) = mix(n.background, n.pattern_colour, std::clamp(level, 0.0, 1.0));
        }
}

/// The outline of the skull and the jaw.
inline double head_distance(const Identity& f, Point at) {
    // Narrowing the lower half by stretching x there keeps the outline smooth at the cheeks.
    const double down = std::clamp(at.y / f.head.y, 0.0, 1.0);
    return ellipse({at.x / (1.0 - (1.0 - f.jaw) * 0.6 * down * down), at.y}, {}, f.head);
}

inline void paint_back_hair(Canvas& canvas, const Identity& f) {
    const Colour shade = 0.8 * f.hair;
    switch (f.hair_style) {
        case HairStyle::cropped:
            break;
        case HairStyle::bob:
        case HairStyle::long_hair: {
            const double length = f.hair_style == HairStyle::bob ? 0.5 * f.hair_length : f.hair_length + 0.25;
            const Point centre{0.0, (length - 0.5) / 2.0}, half{f.head.x + 0.13, (length + 0.5) / 2.0 + 0.1};
            canvas.paint({centre, half}, shade, [&](Point at) { return rounded_box(at, centre, half, 0.25); });
            break;
        }
        case HairStyle::curly: {
            const Point centre{0.0, -0.2}, radii{f.head.x + 0.2, f.head.y + 0.02};
            canvas.paint({centre, {radii.x + 0.05, radii.y + 0.05}}, shade, [&](Point at) {
                const double turn = std::atan2(at.y - centre.y, at.x - centre.x);
                return ellipse(at, centre, radii) - 0.03 * std::cos(16.0 * turn);
            });
            break;
        }
        case HairStyle::bun:
            canvas.paint({{0.0, -f.head.y - 0.12}, {0.2, 0.2}}, shade, [&](Point at) {
                return ellipse(at, {0.0, -f.head.y - 0.12}, {0.2, 0.18});
            });
            break;
        case HairStyle::pigtails:
            for (const double side : {-1.0, 1.0}) {
                const Point centre{side * (f.head.x + 0.13), 0.05}, radii{0.15, 0.15 + 0.3 * f.hair_length};
                canvas.paint({centre, radii}, shade, [&](Point at) { return ellipse(at, centre, radii); });
            }
            break;
    }
}

inline void paint_shoulders(Canvas& canvas, const Identity& f, const Nuisance& n) {
    canvas.paint({{0.0, 1.4}, {0.85, 0.65}}, n.shirt, [](Point at) { return ellipse(at, {0.0, 1.4}, {0.85, 0.65}); });
    canvas.paint({{0.0, 0.62}, {0.2, 0.3}}, 0.85 * f.skin, [](Point at) {
        return rounded_box(at, {0.0, 0.62}, {0.19, 0.26}, 0.12);
    });
}

inline void paint_ears(Canvas& canvas, const Identity& f, const Nuisance& n) {
    for (const double side : {-1.0, 1.0}) {
        const Point ear{side * (f.head.x + 0.01) - 0.3 * n.yaw, 0.0};
        canvas.paint({ear, {0.08, 0.12}}, 0.93 * f.skin, [&](Point at) { return ellipse(at, ear, {0.08, 0.12}); });
        if (!f.earrings) continue;
        const Point ring{ear.x + side * 0.02, ear.y + 0.17};
        canvas.paint({ring, {0.055, 0.055}}, f.earring_colour, [&](Point at) {
            return ellipse(at, ring, {0.055, 0.055});
        });
    }
}

inline void paint_head(Canvas& canvas, const Identity& f, const Nuisance& n) {
    const auto head = [&](Point at) { return head_distance(f, at); };
    canvas.paint({{}, f.head}, f.skin, head);
    for (const double side : {-1.0, 1.0}) {
        const Point cheek{side * 0.27 + n.yaw, 0.17};
        canvas.paint(
            {cheek, {0.12, 0.09}}, mix(f.skin, f.lips, 0.5),
            [&](Point at) {
                return ellipse(at, cheek, {0.07, 0.05});
            },
            0.6, 0.08);
        if (!f.freckles) continue;
        for (const Point offset : {Point{-0.06, -0.02}, Point{0.0, 0.03}, Point{0.05, -0.03}, Point{0.0, -0.06}}) {
            const Point freckle{cheek.x + offset.x, cheek.y - 0.02 + offset.y};
            canvas.paint({freckle, {0.014, 0.014}}, 0.65 * f.skin, [&](Point at) {
                return ellipse(at, freckle, {0.014, 0.014});
            });
        }
    }
    const Point mole{f.mole.x + n.yaw, f.mole.y};
    canvas.paint({mole, {0.02, 0.02}}, 0.35 * f.skin, [&](Point at) { return ellipse(at, mole, {0.02, 0.02}); });
}

inline void paint_beard(Canvas& canvas, const Identity& f, const Nuisance& n) {
    if (f.beard == Beard::full)
        canvas.paint({{0.0, 0.35}, {f.head.x, f.head.y - 0.35 + 0.05}}, f.hair, [&](Point at) {
            const Point lip{n.yaw, f.mouth_height - 0.09};
            return std::max(head_distance(f, at) - 0.03, below_parabola(at, lip, -1.1));
        });
    if (f.beard == Beard::moustache)
        for (const double side : {-1.0, 1.0}) {
            const Point a{n.yaw, f.mouth_height - 0.075}, b{n.yaw + side * f.mouth_width, f.mouth_height - 0.04};
            canvas.paint({a, {f.mouth_width + 0.04, 0.08}}, f.hair, [&](Point at) { return stroke(at, a, b, 0.036); });
        }
}

inline void paint_mouth(Canvas& canvas, const Identity& f, const Nuisance& n) {
    // Both lips follow one parabola, whose ends stay at the height of the mouth; an open mouth parts them.
    const Point middle{n.yaw, f.mouth_height + 0.5 * n.smile * f.mouth_width * f.mouth_width};
    const auto mouth = [&](Point at, double half_height) {
        const double x = (at.x - middle.x) / f.mouth_width;
        const double taper = std::sqrt(std::max(0.0, 1.0 - x * x));
        const double line = middle.y - n.smile * f.mouth_width * f.mouth_width * x * x;
        return std::max(std::abs(at.y - line) - half_height * taper, std::abs(x) * f.mouth_width - f.mouth_width);
    };
    const double gap = n.mouth_gap, lips = f.lip_thickness + gap;
    const Bounds bounds{{middle.x, f.mouth_height}, {f.mouth_width, lips + 0.08}};
    canvas.paint(bounds, f.lips, [&](Point at) { return mouth(at, lips); });
    canvas.paint(bounds, 0.35 * f.lips, [&](Point at) { return mouth(at, std::max(gap, 0.005)); });
}

inline void paint_nose(Canvas& canvas, const Identity& f, const Nuisance& n) {
    const double top = f.eye_height + 0.06, bottom = top + f.nose_length;
    const Point tip{1.3 * n.yaw, bottom};
    const Colour shade = 0.78 * f.skin;
    canvas.paint({tip, {f.nose_width, 0.045}}, shade, [&](Point at) { return ellipse(at, tip, {f.nose_width, 0.04}); });
    const Point bridge{1.3 * n.yaw + 0.5 * f.nose_width, top};
    canvas.paint({{tip.x, 0.5 * (top + bottom)}, {f.nose_width + 0.02, f.nose_length}}, shade, [&](Point at) {
        return stroke(at, bridge, {tip.x + 0.8 * f.nose_width, bottom}, 0.012);
    });
}

inline void paint_eyes(Canvas& canvas, const Identity& f, const Nuisance& n) {
    for (const double side : {-1.0, 1.0}) {
        const Point centre{side * f.eye_spacing + n.yaw, f.eye_height};
        const Point radii{f.eye.x, f.eye.y * n.eye_gap};
        const Bounds bounds{centre, f.eye};
        const auto opening = [&](Point at) { return ellipse(at, centre, radii); };
        const auto disc = [&](double radius) {
            return [&, radius](Point at) {
                const Point iris{centre.x + n.gaze.x, centre.y + n.gaze.y};
                return std::max(opening(at), ellipse(at, iris, {radius, radius}));
            };
        };
        canvas.paint(bounds, {0.15, 0.12, 0.12}, [&](Point at) { return opening(at) - 0.012; });
        canvas.paint(bounds, {0.95, 0.95, 0.95}, opening);
        canvas.paint(bounds, f.iris, disc(0.85 * f.eye.y));
        canvas.paint(bounds, {0.05, 0.05, 0.08}, disc(0.4 * f.eye.y));

        const double height = f.eye_height - f.eye.y - 0.06 - n.brow_lift;
        const Point inner{n.yaw + side * (f.eye_spacing - f.eye.x), height + f.brow_tilt};
        const Point outer{n.yaw + side * (f.eye_spacing + f.eye.x), height - f.brow_tilt};
        canvas.paint({{centre.x, height}, {f.eye.x + 0.04, 0.1}}, 0.6 * f.hair,
                     [&](Point at) { return stroke(at, inner, outer, f.brow_thickness); });
    }
}

inline void paint_front_hair(Canvas& canvas, const Identity& f, const Nuisance& n) {
    const Bounds bounds{{0.0, -0.3}, {f.head.x + 0.06, f.head.y}};
    canvas.paint(bounds, f.hair, [&](Point at) {
        const Point line{f.parting + n.yaw, f.hairline};
        return std::max(head_distance(f, at) - 0.05, -below_parabola(at, line, 1.3));
    });
}

inline void paint_headwear(Canvas& canvas, const Identity& f, const Nuisance& n) {
    if (f.headwear == Headwear::none) return;
    const double brim = f.hairline + 0.02;
    const Bounds bounds{{0.0, -0.45}, {f.head.x + 0.1, f.head.y}};
    const auto above = [&](Point at, double height) { return -below_parabola(at, {n.yaw, height}, -0.15); };
    if (f.headwear == Headwear::beanie) {
        canvas.paint(bounds, f.headwear_colour,
                     [&](Point at) { return std::max(head_distance(f, at) - 0.08, above(at, brim)); });
        canvas.paint(bounds, 0.75 * f.headwear_colour, [&](Point at) {
            return std::max({head_distance(f, at) - 0.09, above(at, brim), -above(at, brim - 0.1)});
        });
    } else {
        canvas.paint(bounds, f.headwear_colour, [&](Point at) {
            return std::max({head_distance(f, at) - 0.06, above(at, brim - 0.03), -above(at, brim - 0.14)});
        });
    }
}

inline void paint_glasses(Canvas& canvas, const Identity& f, const Nuisance& n) {
    if (f.glasses == Glasses::none) return;
    constexpr double frame = 0.028;
    const double half = f.eye_spacing - 0.045, height = f.glasses == Glasses::round ? half : 0.8 * half;
    for (const double side : {-1.0, 1.0}) {
        const Point centre{side * f.eye_spacing + n.yaw, f.eye_height};
        canvas.paint({centre, {half + frame, height + frame}}, f.glasses_colour, [&](Point at) {
            const double lens = f.glasses == Glasses::round ? ellipse(at, centre, {half, height})
                                                            : rounded_box(at, centre, {half, height}, 0.03);
            return std::abs(lens) - frame;
        });
        const Point hinge{centre.x + side * half, centre.y - 0.02}, ear{side * f.head.x, centre.y - 0.03};
        canvas.paint({{0.5 * (hinge.x + ear.x), ear.y}, {0.2, 0.05}}, f.glasses_colour,
                     [&](Point at) { return stroke(at, hinge, ear, 0.018); });
    }
    const Point left{n.yaw - 0.05, f.eye_height - 0.02}, right{n.yaw + 0.05, f.eye_height - 0.02};
    canvas.paint({{n.yaw, left.y}, {0.1, 0.04}}, f.glasses_colour,
                 [&](Point at) { return stroke(at, left, right, 0.02); });
}

/// Light, then noise, then bytes.
inline Image develop(Canvas& canvas, const Nuisance& n, const Random& noise) {
    const int size = canvas.size();
    Image image{size, size, {}};
    image.pixels.reserve(static_cast<std::size_t>(size) * static_cast<std::size_t>(size) * 3);
    for (int row = 0; row < size; ++row)
        for (int column = 0; column < size; ++column) {
            const double x = (2.0 * column + 1.0) / size - 1.0, y = (2.0 * row + 1.0) / size - 1.0;
            const Colour lit = (1.0 + n.gradient.x * x + n.gradient.y * y) * (n.light * canvas(row, column));
            const auto bits = noise.block(static_cast<std::uint32_t>(row * size + column));
            const auto to_byte = [&](double value, std::uint32_t random_bits) {
                // The two halves of a word, as numbers in [-1/2, 1/2), add up to a triangular distribution.
                const double grain = static_cast<double>((random_bits >> 16) + (random_bits & 0xFFFFU)) / 65536.0 - 1.0;
                return static_cast<std::uint8_t>(std::clamp(255.0 * (value + n.noise * grain) + 0.5, 0.0, 255.0));
            };
            image.pixels.push_back(to_byte(lit.red, bits[0]));
            image.pixels.push_back(to_byte(lit.green, bits[1]));
            image.pixels.push_back(to_byte(lit.blue, bits[2]));
        }
    return image;
}

}  // namespace faces

/// Draws picture number `picture` of a person: [size, size, 3] RGB, a pure function of its arguments.
inline Image draw_face(std::uint64_t seed, std::uint64_t person, std::uint32_t picture, int size = 128) {
    using namespace faces;
    const Identity identity = make_identity(seed, person);
    const Nuisance nuisance = make_nuisance(seed, person, picture);
    Canvas canvas(size, nuisance.placement);
    paint_background(canvas, nuisance);
    paint_back_hair(canvas, identity);
    paint_shoulders(canvas, identity, nuisance);
    paint_ears(canvas, identity, nuisance);
    paint_head(canvas, identity, nuisance);
    paint_beard(canvas, identity, nuisance);
    paint_mouth(canvas, identity, nuisance);
    paint_nose(canvas, identity, nuisance);
    paint_eyes(canvas, identity, nuisance);
    paint_front_hair(canvas, identity, nuisance);
    paint_headwear(canvas, identity, nuisance);
    paint_glasses(canvas, identity, nuisance);
    return develop(canvas, nuisance, Random(~seed, RandomPurpose::face_nuisance, picture, person));
}

}  // namespace ditto
