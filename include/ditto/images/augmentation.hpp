// Random changes to training images: which are allowed, and drawing one.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>

#include "ditto/core/error.hpp"
#include "ditto/core/random.hpp"
#include "ditto/images/recipe.hpp"

namespace ditto {

/// Each change happens with its own probability; its amount is then uniform within its limits.
struct AugmentationSettings {
    double mirror_probability = 0.5;
    double rotation_probability = 0.5;
    double rotation = 30.0;  ///< largest angle to either side, in degrees
    double shift_probability = 0.5;
    double shift = 10.0;  ///< largest distance up, down, left and right, in pixels of the network's input
    double scale_probability = 0.5;
    double smallest_scale = 0.7;
    double largest_scale = 1.3;
};

/// The same changes with `strength` times their amounts, from 0 to 1: angles, distances, and how far a scale is from 1.
/// Their probabilities stay.
inline AugmentationSettings scaled(AugmentationSettings settings, double strength) {
    settings.rotation *= strength;
    settings.shift *= strength;
    settings.smallest_scale = 1.0 - strength * (1.0 - settings.smallest_scale);
    settings.largest_scale = 1.0 + strength * (settings.largest_scale - 1.0);
    return settings;
}

/// One change, about the centre of the image: mirror, then scale, then rotate, then shift.
struct Augmentation {
    bool mirror = false;
    double scale = 1.0;     ///< above 1 the face grows
    double rotation = 0.0;  ///< counter-clockwise as seen, in radians
    double shift_x = 0.0;   ///< to the right, in pixels of the network's input
    double shift_y = 0.0;   ///< down

    bool operator==(const Augmentation&) const = default;
};

/// Throws Error if a setting makes no sense.
inline void check(const AugmentationSettings& settings) {
    for (const double probability : {settings.mirror_probability, settings.rotation_probability,
                                     settings.shift_probability, settings.scale_probability})
        if (!(probability >= 0.0 && probability <= 1.0))
            throw Error("augmentation: " + std::to_string(probability) + " is not a probability from 0 to 1");
    if (!(settings.rotation >= 0.0 && settings.rotation <= 180.0))
        throw Error("augmentation: rotation " + std::to_string(settings.rotation) + " is not from 0 to 180 degrees");
    if (!(settings.shift >= 0.0 && settings.shift <= 4096.0))
        throw Error("augmentation: shift " + std::to_string(settings.shift) + " is not from 0 to 4096 pixels");
    if (!(settings.smallest_scale >= 0.1 && settings.smallest_scale <= settings.largest_scale &&
          settings.largest_scale <= 10.0))
        throw Error("augmentation: scale " + std::to_string(settings.smallest_scale) + " to " +
                    std::to_string(settings.largest_scale) + " is not a range within 0.1 to 10");
}

/// The next change from a stream of random numbers; give each image of each epoch a stream of its own.
inline Augmentation draw_augmentation(const AugmentationSettings& settings, Random random) {
    Augmentation augmentation;
    augmentation.mirror = random.chance(settings.mirror_probability);
    if (random.chance(settings.scale_probability))
        augmentation.scale = random.uniform(settings.smallest_scale, settings.largest_scale);
    if (random.chance(settings.rotation_probability))
        augmentation.rotation = random.uniform(-settings.rotation, settings.rotation) * std::numbers::pi / 180.0;
    if (random.chance(settings.shift_probability)) {
        augmentation.shift_x = random.uniform(-settings.shift, settings.shift);
        augmentation.shift_y = random.uniform(-settings.shift, settings.shift);
    }
    return augmentation;
}

/// The part of the original that changes within `settings` can bring into the network's input, as a multiple of each
/// side of the recipe's crop: at least 1.
inline double augmentation_reach(const AugmentationSettings& settings, const ImageRecipe& recipe) {
    const double shift = settings.shift_probability > 0.0 ? settings.shift : 0.0;
    const double rotation = settings.rotation_probability > 0.0 ? settings.rotation * std::numbers::pi / 180.0 : 0.0;
    const double scale = settings.scale_probability > 0.0 ? std::min(settings.smallest_scale, 1.0) : 1.0;
    const auto extent = [&](double along, double across) {  // of the turned rectangle, along its first side
        const double angle = std::min(rotation, std::atan2(across, along));
        return along * std::cos(angle) + across * std::sin(angle);
    };
    const double half_height = 0.5 * recipe.height + shift, half_width = 0.5 * recipe.width + shift;
    return std::max(extent(half_height, half_width) / (0.5 * recipe.height),
                    extent(half_width, half_height) / (0.5 * recipe.width)) /
           scale;
}

/// The largest enlargement within `settings`: at least 1.
inline double augmentation_zoom(const AugmentationSettings& settings) {
    return settings.scale_probability > 0.0 ? std::max(settings.largest_scale, 1.0) : 1.0;
}

}  // namespace ditto
