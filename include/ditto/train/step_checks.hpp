// What trainers check of their arguments, on every device.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "ditto/core/error.hpp"

namespace ditto::detail {

/// The number of images. Throws Error unless they are whole and `features` has room for theirs.
inline std::size_t images_to_embed(std::span<const float> images, std::span<float> features, std::size_t image_size,
                                   std::size_t feature_size) {
    const std::size_t count = images.size() / image_size;
    if (images.size() != count * image_size || features.size() != count * feature_size)
        throw Error("embed got " + std::to_string(images.size()) + " numbers of images and room for " +
                    std::to_string(features.size()) + " of features; an image has " + std::to_string(image_size) +
                    ", its features " + std::to_string(feature_size));
    return count;
}

/// What a trainer takes in a step.
struct StepLimits {
    std::size_t minimum_pairs, capacity_pairs, image_size;
};

/// Throws Error unless the number of pairs is within the limits and their images `fit`, of which `given` `unit` came.
inline void require_pairs(const StepLimits& limits, std::size_t pairs, std::size_t given, const char* unit, bool fit) {
    const auto fail = [&](const std::string& problem) {
        throw Error("a training step got " + std::to_string(pairs) + " pairs and " + std::to_string(given) + unit +
                    "; " + problem);
    };
    if (pairs < limits.minimum_pairs) fail("give it at least " + std::to_string(limits.minimum_pairs) + " pairs");
    if (pairs > limits.capacity_pairs)
        fail("the trainer was made for at most " + std::to_string(limits.capacity_pairs));
    if (!fit) fail("each pair needs two images of " + std::to_string(limits.image_size) + " numbers");
}

/// Throws Error unless `people` tells who is on each image of a step that mines.
inline void require_people(std::span<const std::uint32_t> people, std::size_t pairs) {
    if (people.size() != 2 * pairs)
        throw Error("a training step got " + std::to_string(pairs) +
                    " pairs; mining needs to know who is on each image, and was told of " +
                    std::to_string(people.size()));
}

}  // namespace ditto::detail
