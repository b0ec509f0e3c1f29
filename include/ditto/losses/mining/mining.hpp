// Mining: besides the pairs that a step is given, the loss sees pairs of its batch's images that teach the most.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "ditto/core/pair_label.hpp"

namespace ditto {

/// Which pairs a step adds: each of its images with the nearest images of other people, by the Euclidean distance of
/// their features ("hard" negatives). With `semi_hard`, an image of a `same` pair first takes those that are farther
/// than its partner: Schroff, Kalenichenko, Philbin: "FaceNet", CVPR 2015.
struct PairMining {
    std::size_t negatives = 0;  ///< for each image; 0: no mining
    bool semi_hard = false;

    /// Pairs that the loss sees in a step of `given` pairs: these, then `negatives` for each of their images.
    constexpr std::size_t pairs(std::size_t given) const { return given + 2 * given * negatives; }

    /// How much a pair of each label counts (see LossCall), so that both kinds together count the same however many
    /// pairs are mined. `same` of the `given` pairs are of one person.
    constexpr std::array<double, 2> label_weights(std::size_t given, std::size_t same) const {
        const auto all = static_cast<double>(pairs(given)), alike = static_cast<double>(same);
        if (negatives == 0 || same == 0) return {1.0, 1.0};
        return {all / (2.0 * (all - alike)), all / (2.0 * alike)};
    }
};

namespace detail {

/// Arguments of its kernel's mine and scatter_gradients. Activation is the type of the features.
template <class Activation>
struct MiningCall {
    std::size_t given;            ///< pairs: image i and image given + i
    const Activation* features;   ///< [2 * given, features]
    const std::uint32_t* people;  ///< [2 * given] who is on each image
    PairLabel* labels;            ///< [pairs] of the given pairs; written for the others
    double* distances;            ///< written, [2 * given, 2 * given]
    std::uint32_t* images;        ///< written, [pairs, 2] the images of each pair
    Activation* left;             ///< written, [pairs, features]
    Activation* right;
    Activation* left_gradient;  ///< read by scatter_gradients, [pairs, features]
    Activation* right_gradient;
    Activation* feature_gradient;  ///< written by scatter_gradients, [2 * given, features]
};

/// A candidate's place in the order of choice: smaller comes first.
struct MiningRank {
    bool late;  // not as wanted
    double distance;
    std::size_t image;

    constexpr bool before(const MiningRank& other) const {
        if (late != other.late) return other.late;
        if (distance != other.distance) return distance < other.distance;
        return image < other.image;
    }
};

/// Writes the `mining.negatives` images of other people that come first for image `anchor` to `chosen`. `distances`:
/// [count] from the anchor. Where there are too few, the last is repeated; where there is none, the anchor itself
/// stands.
template <class Activation>
constexpr void choose_negatives(const PairMining& mining, const MiningCall<Activation>& call, std::size_t anchor,
                                std::uint32_t* chosen) {
    const std::size_t count = 2 * call.given, pair = anchor % call.given;
    const double* distances = call.distances + anchor * count;
    const bool has_partner = call.labels[pair] == PairLabel::same;
    const double partner = distances[anchor < call.given ? anchor + call.given : pair];
    const auto rank = [&](std::size_t image) {
        const double distance = distances[image];
        const bool late = mining.semi_hard && has_partner && !(distance > partner);
        return MiningRank{late, late ? -distance : distance, image};
    };
    for (std::size_t k = 0; k < mining.negatives; ++k) {
        std::size_t best = count;
        for (std::size_t image = 0; image < count; ++image) {
            if (call.people[image] == call.people[anchor]) continue;
            if (k > 0 && !rank(chosen[k - 1]).before(rank(image))) continue;
            if (best == count || rank(image).before(rank(best))) best = image;
        }
        if (best == count) best = k == 0 ? anchor : chosen[k - 1];
        chosen[k] = static_cast<std::uint32_t>(best);
    }
}

/// Writes the images and the label of pair `pair`, which is given, or mined for an image.
template <class Activation>
constexpr void set_given_pair(const MiningCall<Activation>& call, std::size_t pair) {
    call.images[2 * pair] = static_cast<std::uint32_t>(pair);
    call.images[2 * pair + 1] = static_cast<std::uint32_t>(call.given + pair);
}
template <class Activation>
constexpr void set_mined_pair(const MiningCall<Activation>& call, std::size_t pair, std::size_t anchor,
                              std::uint32_t chosen) {
    call.images[2 * pair] = static_cast<std::uint32_t>(anchor);
    call.images[2 * pair + 1] = chosen;
    call.labels[pair] = chosen == anchor ? PairLabel::same : PairLabel::different;
}

/// Writes the given pair of `image`, where it is the first of one, and those that are mined for it.
template <class Activation>
constexpr void choose_pairs_of(const PairMining& mining, const MiningCall<Activation>& call, std::size_t image) {
    if (image < call.given) set_given_pair(call, image);
    const std::size_t first = call.given + image * mining.negatives;
    // The chosen images lie where the pairs' second images will: from the last to the first, none is lost.
    std::uint32_t* chosen = call.images + 2 * first;
    choose_negatives(mining, call, image, chosen);
    for (std::size_t k = mining.negatives; k-- > 0;) set_mined_pair(call, first + k, image, chosen[k]);
}

}  // namespace detail

}  // namespace ditto
