// Built-in faces: paints the parts of a face, back to front.
#pragma once

#include <algorithm>
#include <cmath>

#include "ditto/faces/drawing.hpp"
#include "ditto/faces/identity.hpp"

namespace ditto::faces {

/// Paints one picture of a person on a canvas of that picture's placement.
class Painter {
  public:
    /// All three must outlive the painter.
    Painter(Canvas& canvas, const Identity& person, const Nuisance& shot)
        : canvas_(canvas), person_(person), shot_(shot) {}

    /// Background first, then the person from back to front.
    void paint() {
        background();
        back_hair();
        shoulders();
        ears();
        head();
        cheeks();
        beard();
        mouth();
        nose();
        for (const double side : {-1.0, 1.0}) {
            eye(side);
            brow(side);
        }
        front_hair();
        headwear();
        glasses();
    }

  private:
    void background() {
        const double cosine = std::cos(shot_.pattern_angle), sine = std::sin(shot_.pattern_angle);
        for (int row = 0; row < canvas_.size(); ++row)
            for (int column = 0; column < canvas_.size(); ++column) {
                const Point at = canvas_.position(row, column);
                const double u = shot_.pattern_scale * (cosine * at.x + sine * at.y) + shot_.pattern_phase;
                const double v = shot_.pattern_scale * (cosine * at.y - sine * at.x) + shot_.pattern_phase;
                canvas_(row, column) =
                    mix(shot_.background, shot_.pattern_colour, std::clamp(pattern_level(u, v), 0.0, 1.0));
            }
    }
    /// How much of the pattern's colour the background shows; [0, 1] after clipping.
    double pattern_level(double u, double v) const {
        switch (shot_.pattern) {
            case Pattern::stripes:
                return 0.5 + 2.0 * std::sin(u);
            case Pattern::dots:
                return 0.5 + 4.0 * (std::sin(u) * std::sin(v) - 0.4);
            case Pattern::clouds:
                return 0.5 + 0.5 * std::sin(0.4 * u + std::sin(0.3 * v)) * std::sin(0.35 * v);
            case Pattern::plain:
                break;
        }
        return 0.0;
    }

    /// Distance to the outline of skull and jaw.
    double head_distance(Point at) const {
        // Stretching x ever more towards the chin narrows the jaw and leaves the outline smooth at the cheeks.
        const double down = std::clamp(at.y / person_.head.y, 0.0, 1.0);
        return ellipse({at.x / (1.0 - 0.6 * (1.0 - person_.jaw) * down * down), at.y}, {}, person_.head);
    }

    void disc(Point centre, Point radii, Colour colour) {
        canvas_.paint({centre, radii}, colour, [&](Point at) { return ellipse(at, centre, radii); });
    }
    void line(Point a, Point b, double half_width, Colour colour) {
        const Bounds bounds{{0.5 * (a.x + b.x), 0.5 * (a.y + b.y)},
                            {0.5 * std::abs(a.x - b.x) + half_width, 0.5 * std::abs(a.y - b.y) + half_width}};
        canvas_.paint(bounds, colour, [&](Point at) { return stroke(at, a, b, half_width); });
    }

    void back_hair() {
        const Colour shade = 0.8 * person_.hair;
        switch (person_.hair_style) {
            case HairStyle::cropped:
                break;
            case HairStyle::bob:
                hanging_hair(0.5 * person_.hair_length, shade);
                break;
            case HairStyle::straight:
                hanging_hair(person_.hair_length + 0.25, shade);
                break;
            case HairStyle::curly: {
                const Point centre{0.0, -0.2}, radii{person_.head.x + 0.2, person_.head.y + 0.02};
                constexpr double curl = 0.03;
                canvas_.paint({centre, {radii.x + curl, radii.y + curl}}, shade, [&](Point at) {
                    const double turn = std::atan2(at.y - centre.y, at.x - centre.x);
                    return ellipse(at, centre, radii) - curl * std::cos(16.0 * turn);
                });
                break;
            }
            case HairStyle::bun:
                disc({0.0, -person_.head.y - 0.12}, {0.2, 0.18}, shade);
                break;
            case HairStyle::pigtails:
                for (const double side : {-1.0, 1.0})
                    disc({side * (person_.head.x + 0.13), 0.05}, {0.15, 0.15 + 0.3 * person_.hair_length}, shade);
                break;
        }
    }
    void hanging_hair(double length, Colour colour) {
        const Point centre{0.0, 0.5 * (length - 0.5)}, half{person_.head.x + 0.13, 0.5 * (length + 0.7)};
        canvas_.paint({centre, half}, colour, [&](Point at) { return rounded_box(at, centre, half, 0.25); });
    }

    void shoulders() {
        disc({0.0, 1.4}, {0.85, 0.65}, shot_.shirt);
        const Point neck{0.0, 0.62}, half{0.19, 0.26};
        canvas_.paint({neck, half}, 0.85 * person_.skin, [&](Point at) { return rounded_box(at, neck, half, 0.12); });
    }

    void ears() {
        for (const double side : {-1.0, 1.0}) {
            const Point ear{side * (person_.head.x + 0.01) - 0.3 * shot_.yaw, 0.0};
            disc(ear, {0.08, 0.12}, 0.93 * person_.skin);
            if (person_.earrings) disc({ear.x + 0.02 * side, ear.y + 0.17}, {0.055, 0.055}, person_.earring_colour);
        }
    }

    void head() {
        canvas_.paint({{}, person_.head}, person_.skin, [&](Point at) { return head_distance(at); });
    }

    void cheeks() {
        for (const double side : {-1.0, 1.0}) {
            const Point cheek{0.27 * side + shot_.yaw, 0.17};
            constexpr double softness = 0.08, opacity = 0.6;
            canvas_.paint(
                {cheek, {0.07, 0.05}}, mix(person_.skin, person_.lips, 0.5),
                [&](Point at) {
                    return ellipse(at, cheek, {0.07, 0.05});
                },
                softness, opacity);
            if (!person_.freckles) continue;
            for (const Point offset : {Point{-0.06, -0.04}, Point{0.0, 0.01}, Point{0.05, -0.05}, Point{0.0, -0.08}})
                disc({cheek.x + offset.x, cheek.y + offset.y}, {0.014, 0.014}, 0.65 * person_.skin);
        }
        disc({person_.mole.x + shot_.yaw, person_.mole.y}, {0.02, 0.02}, 0.35 * person_.skin);
    }

    void beard() {
        const double lip = person_.mouth_height;
        if (person_.beard == Beard::full)
            canvas_.paint({{0.0, 0.35}, {person_.head.x, person_.head.y - 0.3}}, person_.hair, [&](Point at) {
                return std::max(head_distance(at) - 0.03, below_parabola(at, {shot_.yaw, lip - 0.09}, -1.1));
            });
        if (person_.beard == Beard::moustache)
            for (const double side : {-1.0, 1.0})
                line({shot_.yaw, lip - 0.075}, {shot_.yaw + side * person_.mouth_width, lip - 0.04}, 0.036,
                     person_.hair);
    }

    void mouth() {
        // Both lips follow one parabola, whose ends stay at the height of the mouth; an open mouth parts them.
        const double width = person_.mouth_width, sag = shot_.smile * width * width;
        const double lips = person_.lip_thickness + shot_.mouth_gap;
        const auto band = [&](Point at, double half_height) {
            const double x = (at.x - shot_.yaw) / width, rest = 1.0 - x * x;
            const double middle = person_.mouth_height - 0.5 * sag + sag * rest;
            return std::max(std::abs(at.y - middle) - half_height * std::sqrt(std::max(0.0, rest)),
                            width * (std::abs(x) - 1.0));
        };
        const Bounds bounds{{shot_.yaw, person_.mouth_height}, {width, lips + 0.5 * std::abs(sag)}};
        canvas_.paint(bounds, person_.lips, [&](Point at) { return band(at, lips); });
        canvas_.paint(bounds, 0.35 * person_.lips,
                      [&](Point at) { return band(at, std::max(shot_.mouth_gap, 0.005)); });
    }

    void nose() {
        // The tip stands out of the face: it turns further than what lies on it.
        const Point bridge{1.3 * shot_.yaw, person_.eye_height + 0.06}, tip{bridge.x, bridge.y + person_.nose_length};
        const Colour shade = 0.78 * person_.skin;
        disc(tip, {person_.nose_width, 0.04}, shade);
        line({bridge.x + 0.5 * person_.nose_width, bridge.y}, {tip.x + 0.8 * person_.nose_width, tip.y}, 0.012, shade);
    }

    Point eye_centre(double side) const { return {side * person_.eye_spacing + shot_.yaw, person_.eye_height}; }

    void eye(double side) {
        const Point centre = eye_centre(side), iris{centre.x + shot_.gaze.x, centre.y + shot_.gaze.y};
        const Bounds bounds{centre, person_.eye};
        const auto opening = [&](Point at) {
            return ellipse(at, centre, {person_.eye.x, person_.eye.y * shot_.eye_gap});
        };
        const auto seen_disc = [&](double radius, Colour colour) {
            canvas_.paint(bounds, colour, [&](Point at) {
                return std::max(opening(at), ellipse(at, iris, {radius, radius}));
            });
        };
        constexpr double lid = 0.012;
        canvas_.paint({centre, {person_.eye.x + lid, person_.eye.y + lid}}, {0.15, 0.12, 0.12},
                      [&](Point at) { return opening(at) - lid; });
        canvas_.paint(bounds, {0.95, 0.95, 0.95}, opening);
        seen_disc(0.85 * person_.eye.y, person_.iris);
        seen_disc(0.4 * person_.eye.y, {0.05, 0.05, 0.08});
    }

    void brow(double side) {
        const Point eye = eye_centre(side);
        const double height = eye.y - person_.eye.y - 0.06 - shot_.brow_lift;
        line({eye.x - side * person_.eye.x, height + person_.brow_tilt},
             {eye.x + side * person_.eye.x, height - person_.brow_tilt}, person_.brow_thickness, 0.6 * person_.hair);
    }

    void front_hair() {
        constexpr double thickness = 0.05;
        const Bounds bounds{{}, {person_.head.x + thickness, person_.head.y + thickness}};
        canvas_.paint(bounds, person_.hair, [&](Point at) {
            const Point hairline{person_.parting + shot_.yaw, person_.hairline};
            return std::max(head_distance(at) - thickness, -below_parabola(at, hairline, 1.3));
        });
    }

    void headwear() {
        // A ring of cloth around the head between two heights, `thickness` out from the head.
        const auto ring = [&](double top, double bottom, double thickness, Colour colour) {
            const Bounds bounds{{0.0, bottom - 0.4}, {person_.head.x + thickness, 0.5}};
            canvas_.paint(bounds, colour, [&](Point at) {
                return std::max({head_distance(at) - thickness, below_parabola(at, {shot_.yaw, top}, -0.15),
                                 -below_parabola(at, {shot_.yaw, bottom}, -0.15)});
            });
        };
        const double brim = person_.hairline + 0.02;
        if (person_.headwear == Headwear::band) ring(brim - 0.14, brim - 0.03, 0.06, person_.headwear_colour);
        if (person_.headwear == Headwear::beanie) {
            ring(-1.0, brim, 0.08, person_.headwear_colour);
            ring(brim - 0.1, brim, 0.09, 0.75 * person_.headwear_colour);
        }
    }

    void glasses() {
        if (person_.glasses == Glasses::none) return;
        constexpr double frame = 0.028;
        const bool round = person_.glasses == Glasses::round;
        const double half = person_.eye_spacing - 0.045;
        const Point lens{half, round ? half : 0.8 * half};
        for (const double side : {-1.0, 1.0}) {
            const Point centre = eye_centre(side);
            canvas_.paint({centre, {lens.x + frame, lens.y + frame}}, person_.glasses_colour, [&](Point at) {
                return std::abs(round ? ellipse(at, centre, lens) : rounded_box(at, centre, lens, 0.03)) - frame;
            });
            line({centre.x + side * half, centre.y - 0.02}, {side * person_.head.x, centre.y - 0.03}, 0.018,
                 person_.glasses_colour);
        }
        const double bridge = person_.eye_height - 0.02;
        line({shot_.yaw - 0.05, bridge}, {shot_.yaw + 0.05, bridge}, 0.02, person_.glasses_colour);
    }

    Canvas& canvas_;
    const Identity& person_;
    const Nuisance& shot_;
};

}  // namespace ditto::faces
