// Scoring pairs of features with a Siamese network's loss.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "ditto/core/all_within.hpp"
#include "ditto/core/error.hpp"
#include "ditto/layers/kernel.hpp"
#include "ditto/network/siamese.hpp"

namespace ditto {

namespace detail {

/// Throws Error unless both sides are the features, of `size` finite numbers, of `pairs` pairs.
inline void require_features(std::span<const float> left, std::span<const float> right, std::size_t pairs,
                             std::size_t size) {
    if (left.size() != pairs * size || right.size() != left.size())
        throw Error("score got features of " + std::to_string(left.size()) + " and " + std::to_string(right.size()) +
                    " numbers for " + std::to_string(pairs) + " pairs; each side of a pair has " +
                    std::to_string(size));
    for (const std::span<const float> side : {left, right}) {
        if (all_finite(side)) continue;
        const auto bad = std::ranges::find_if_not(side, [](float number) { return std::isfinite(number); });
        throw Error("score got features that are not finite, of pair " +
                    std::to_string(static_cast<std::size_t>(bad - side.begin()) / size) +
                    " (counted from 0); look at what made them");
    }
}

/// Throws Error unless the scores of finite features are finite.
inline void require_finite_scores(std::span<const double> scores) {
    if (!all_finite(scores))
        throw Error(
            "score found a score that is not finite; the head's weights are damaged: train again, or take "
            "another file");
}

}  // namespace detail

/// scores[i] = the distance or probability of features i of `left` and of `right`, each [pairs, features].
template <class Verifier, class Device>
void score_pairs(const typename Verifier::Loss& loss, const Device& device,
                 const std::array<const typename Device::scalar*, max_layer_tensors>& head, std::span<const float> left,
                 std::span<const float> right, std::span<double> scores) {
    using T = typename Device::scalar;
    constexpr std::size_t size = static_cast<std::size_t>(Verifier::Features::size);
    detail::require_features(left, right, scores.size(), size);
    // Features travel as float whatever the device computes in.
    const std::vector<T> left_features(left.begin(), left.end()), right_features(right.begin(), right.end());
    LossCall<T> call{};
    call.pairs = scores.size();
    call.left = left_features.data();
    call.right = right_features.data();
    call.scores = scores.data();
    call.parameters = head;
    Kernel<typename Verifier::Loss, typename Verifier::Features, Device>::score(loss, device, call);
    detail::require_finite_scores(scores);
}

}  // namespace ditto
