// Built-in faces: what makes a person, and what differs from one picture of that person to the next.
#pragma once

#include <cstdint>
#include <numbers>

#include "ditto/core/random.hpp"
#include "ditto/faces/drawing.hpp"

namespace ditto::faces {

/// How the hair is cut.
enum class HairStyle : std::uint8_t { cropped, bob, straight, curly, bun, pigtails };
/// Their rims, if any.
enum class Glasses : std::uint8_t { none, round, square };
/// What grows around the mouth.
enum class Beard : std::uint8_t { none, moustache, full };
/// What is on the hair.
enum class Headwear : std::uint8_t { none, band, beanie };
/// Of the background.
enum class Pattern : std::uint8_t { plain, stripes, dots, clouds };

/// The features of one person, which all of that person's pictures share. Lengths are in the units of Point.
struct Identity {
    Point head;  ///< half width, half height
    double jaw;  ///< width of the lower face: 1 is as wide as an ellipse

    Colour skin, hair, iris, lips;
    HairStyle hair_style;
    double hairline;  ///< height of the hairline at its middle
    double parting;   ///< how far to the side the hairline is highest
    double hair_length;

    double eye_spacing, eye_height;
    Point eye;  ///< half width, half height
    double brow_thickness, brow_tilt;
    double nose_length, nose_width;
    double mouth_height, mouth_width, lip_thickness;

    Glasses glasses;
    Colour glasses_colour;
    Headwear headwear;
    Colour headwear_colour;
    Beard beard;
    bool freckles, earrings;
    Colour earring_colour;
    Point mole;
};

/// What varies from picture to picture: pose, light, background and expression.
struct Nuisance {
    Placement placement;
    double yaw;  ///< how far the middle of the face moves sideways on the head

    Colour light;    ///< gain of each channel
    Point gradient;  ///< change of the gain from the picture's middle to its edge
    double noise;    ///< half width of the noise's range
    Colour background, pattern_colour, shirt;
    Pattern pattern;
    double pattern_scale, pattern_angle, pattern_phase;

    double smile;      ///< bend of the mouth
    double mouth_gap;  ///< how far the mouth is open
    double eye_gap;    ///< how far the eyes are open, 1 is fully
    double brow_lift;
    Point gaze;
};

// Several numbers are drawn within braces only, never as arguments of a call: compilers evaluate those in any order.

/// The features of a person, always the same for the same seed and number.
inline Identity make_identity(std::uint64_t seed, std::uint64_t person) {
    Random random(seed, RandomPurpose::face_identity, 0, person);
    // Vivid parts differ in hue but hardly in brightness, so that a grey picture does not tell them apart.
    const auto vivid = [&](double chroma, double brightness) {
        return colour_of({random.uniform(), chroma, brightness});
    };
    Identity identity{};
    identity.head = {random.uniform(0.43, 0.50), random.uniform(0.55, 0.62)};
    identity.jaw = random.uniform(0.55, 0.85);

    identity.skin = colour_of({random.uniform(0.02, 0.085), random.uniform(0.12, 0.2), random.uniform(0.52, 0.76)});
    identity.hair = vivid(0.36, random.uniform(0.34, 0.48));
    identity.iris = vivid(0.35, 0.42);
    identity.lips = colour_of({random.uniform(-0.14, 0.06), 0.3, 0.42});
    identity.hair_style = static_cast<HairStyle>(random.below(6));
    identity.hairline = random.uniform(-0.40, -0.28);
    identity.parting = random.uniform(-0.25, 0.25);
    identity.hair_length = random.uniform(0.3, 0.75);

    identity.eye_spacing = random.uniform(0.17, 0.23);
    identity.eye_height = random.uniform(-0.10, -0.02);
    identity.eye = {random.uniform(0.085, 0.115), random.uniform(0.06, 0.085)};
    identity.brow_thickness = random.uniform(0.014, 0.034);
    identity.brow_tilt = random.uniform(-0.03, 0.04);
    identity.nose_length = random.uniform(0.14, 0.24);
    identity.nose_width = random.uniform(0.04, 0.08);
    identity.mouth_height = random.uniform(0.29, 0.35);
    identity.mouth_width = random.uniform(0.13, 0.20);
    identity.lip_thickness = random.uniform(0.02, 0.04);

    identity.glasses = random.chance(0.5) ? Glasses::none : random.chance(0.5) ? Glasses::round : Glasses::square;
    identity.glasses_colour = vivid(0.38, 0.40);
    identity.headwear = random.chance(0.5) ? Headwear::none : random.chance(0.5) ? Headwear::band : Headwear::beanie;
    identity.headwear_colour = vivid(0.38, 0.45);
    identity.beard = random.chance(0.6) ? Beard::none : random.chance(0.5) ? Beard::moustache : Beard::full;
    identity.freckles = random.chance(0.25);
    identity.earrings = random.chance(0.4);
    identity.earring_colour = vivid(0.38, 0.45);
    identity.mole = {random.uniform(-0.3, 0.3), random.uniform(0.1, 0.3)};
    return identity;
}

/// What is particular to one picture of a person. `picture` must be below 2^24.
inline Nuisance make_nuisance(std::uint64_t seed, std::uint64_t person, std::uint32_t picture) {
    Random random(seed, RandomPurpose::face_nuisance, picture, person);
    const auto any_colour = [&] {
        return colour_of({random.uniform(), random.uniform(0.0, 0.12), random.uniform(0.2, 0.85)});
    };
    Nuisance nuisance{};
    nuisance.placement = {{random.uniform(-0.07, 0.07), random.uniform(-0.04, 0.09)},
                          random.uniform(-0.13, 0.13),
                          random.uniform(0.95, 1.13)};
    nuisance.yaw = random.uniform(-0.07, 0.07);

    const double gain = random.uniform(0.88, 1.1);
    nuisance.light = gain * Colour{random.uniform(0.94, 1.06), random.uniform(0.97, 1.03), random.uniform(0.94, 1.06)};
    nuisance.gradient = {random.uniform(-0.16, 0.16), random.uniform(-0.16, 0.16)};
    nuisance.noise = random.uniform(0.01, 0.05);
    nuisance.background = any_colour();
    nuisance.pattern_colour = any_colour();
    nuisance.shirt = any_colour();
    nuisance.pattern = static_cast<Pattern>(random.below(4));
    nuisance.pattern_scale = random.uniform(4.0, 12.0);
    nuisance.pattern_angle = random.uniform(0.0, std::numbers::pi);
    nuisance.pattern_phase = random.uniform(0.0, 2.0 * std::numbers::pi);

    nuisance.smile = random.uniform(-0.5, 2.2);
    nuisance.mouth_gap = random.chance(0.4) ? random.uniform(0.02, 0.07) : 0.0;
    nuisance.eye_gap = random.uniform(0.55, 1.0);
    nuisance.brow_lift = random.uniform(-0.02, 0.04);
    nuisance.gaze = {random.uniform(-0.025, 0.025), random.uniform(-0.012, 0.012)};
    return nuisance;
}

}  // namespace ditto::faces
