// What trainers check of their arguments, on every device.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "ditto/core/error.hpp"
#include "ditto/core/pair_label.hpp"
#include "ditto/layers/batch_norm/batch_norm.hpp"

namespace ditto::detail {

/// Throws Error unless `keep` is a share. `caller` got it.
inline void require_share(double keep, const char* caller) {
    if (!(keep >= 0.0 && keep <= 1.0))
        throw Error(std::string(caller) + " got the share " + std::to_string(keep) + " to keep; give one from 0 to 1");
}

/// The number of images in a batch whose statistics are wanted. Throws Error unless there are 2 to `capacity`,
/// and `keep` is a share.
inline std::size_t require_statistics_images(std::span<const float> images, double keep, std::size_t image_size,
                                             std::size_t capacity) {
    require_share(keep, "update_statistics");
    const std::size_t count = images.size() / image_size;
    if (images.size() != count * image_size || count < 2 || count > capacity)
        throw Error("update_statistics got " + std::to_string(images.size()) + " numbers of images of " +
                    std::to_string(image_size) + "; it takes 2 to " + std::to_string(capacity) + " images at a time");
    return count;
}

/// Makes `numbers`, what a pass left of running statistics that were 0, keep * before + (1 - keep) * the pass's own.
template <class T>
void mix_statistics(T* numbers, std::span<const T> before, double keep) {
    constexpr double momentum = BatchNorm<1>::momentum;
    for (std::size_t i = 0; i < before.size(); ++i)
        numbers[i] = static_cast<T>(keep * static_cast<double>(before[i]) +
                                    (1.0 - keep) / momentum * static_cast<double>(numbers[i]));
}

/// Throws Error unless a factor of the learning rate is finite and not below 0.
inline void require_rate_factor(double factor) {
    if (!(factor >= 0.0 && std::isfinite(factor)))
        throw Error("a training step got the factor " + std::to_string(factor) +
                    " of the learning rate; give a number that is not below 0, and look at the schedule it came from");
}

/// Throws Error unless every label is one of the two.
inline void require_labels(std::span<const PairLabel> labels) {
    const auto bad = std::ranges::find_if_not(labels, is_pair_label);
    if (bad != labels.end())
        throw Error("a training step got the label " + std::to_string(static_cast<int>(*bad)) + " for pair " +
                    std::to_string(bad - labels.begin()) +
                    " (counted from 0); a PairLabel is different (0) or same (1)");
}

/// What a trainer takes in a step.
struct StepLimits {
    std::size_t minimum_pairs, capacity_pairs, image_size;
};

/// Throws Error unless the number of pairs is within the limits and their images `fit`, of which `given` `unit` came.
inline void require_pairs(const StepLimits& limits, std::size_t pairs, std::size_t given, const char* unit, bool fit) {
    const auto fail = [&](const std::string& problem) {
        throw Error("a training step got " + std::to_string(pairs) + (pairs == 1 ? " pair and " : " pairs and ") +
                    std::to_string(given) + unit + "; " + problem);
    };
    if (pairs < limits.minimum_pairs)
        fail("give it at least " + std::to_string(limits.minimum_pairs) +
             (limits.minimum_pairs == 1 ? " pair" : " pairs"));
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
