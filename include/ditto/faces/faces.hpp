// Built-in faces: simple drawn pictures of people, so that ditto can train and test without any download.
//
// People differ in features that stay, most of them colours of equal brightness; pictures of one person differ in pose,
// light, noise, background and expression, which outweigh the features in a picture's brightness and mean colour.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "ditto/core/error.hpp"
#include "ditto/core/random.hpp"
#include "ditto/faces/drawing.hpp"
#include "ditto/faces/identity.hpp"
#include "ditto/faces/painter.hpp"
#include "ditto/images/image.hpp"

namespace ditto {
namespace faces {

/// What a camera makes of the canvas: light, then grain, then bytes.
inline Image develop(const Canvas& canvas, const Nuisance& shot, const Random& grain) {
    const int size = canvas.size();
    Image image{size, size, {}};
    image.pixels.reserve(3 * static_cast<std::size_t>(size) * static_cast<std::size_t>(size));
    for (int row = 0; row < size; ++row)
        for (int column = 0; column < size; ++column) {
            const Point at = canvas.position(row, column);
            const double gradient = 1.0 + shot.gradient.x * at.x + shot.gradient.y * at.y;
            const Colour lit = gradient * shot.light * canvas(row, column);
            const auto bits = grain.block(static_cast<std::uint32_t>(row * size + column));
            const auto push = [&](double value, std::uint32_t word) {
                // The sum of the word's halves has a triangular distribution, which is near enough to a normal one.
                const double noise = static_cast<double>((word >> 16) + (word & 0xFFFFU)) / 65536.0 - 1.0;
                const double level = 255.0 * (value + shot.noise * noise) + 0.5;
                image.pixels.push_back(static_cast<std::uint8_t>(std::clamp(level, 0.0, 255.0)));
            };
            push(lit.red, bits[0]);
            push(lit.green, bits[1]);
            push(lit.blue, bits[2]);
        }
    return image;
}

}  // namespace faces

/// Picture number `picture` of person number `person`: [size, size, 3], RGB, a pure function of its arguments. Throws
/// Error if `size` is not from 1 to 4096, or `picture` is 2^24 or more.
inline Image draw_face(std::uint64_t seed, std::uint64_t person, std::uint32_t picture, int size = 128) {
    if (size < 1 || size > 4096)
        throw Error("a face of " + std::to_string(size) + " pixels cannot be drawn; choose 1 to 4096");
    if (picture >= 1U << 24)
        throw Error("picture " + std::to_string(picture) + " of a face cannot be drawn; choose a number below 2^24");
    const faces::Identity identity = faces::make_identity(seed, person);
    const faces::Nuisance shot = faces::make_nuisance(seed, person, picture);
    faces::Canvas canvas(size, shot.placement);
    faces::Painter(canvas, identity, shot).paint();
    // Another key, so that the grain is no copy of the numbers that the nuisance was drawn from.
    return faces::develop(canvas, shot, Random(~seed, RandomPurpose::face_nuisance, picture, person));
}

}  // namespace ditto
