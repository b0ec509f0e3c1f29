// Holding people out of a list of training pairs, to validate on.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/core/random.hpp"
#include "ditto/pairs/pair_list.hpp"
#include "ditto/pairs/people.hpp"

namespace ditto {

/// Training pairs and images without the people that were held out, and pairs of these people alone.
struct PeopleSplit {
    std::vector<Pair> training;                  ///< the list's pairs of people that were not held out
    std::vector<std::uint32_t> training_images;  ///< all images of these people, in ascending order
    std::vector<Pair> validation;                ///< of the held-out people: as many `different` pairs as `same` ones
    std::uint32_t held_out = 0;                  ///< people, or groups of people that stay together
};

namespace detail {

/// As many pairs of one person as there are images, each image in two of them; of two images, one pair. Of all pairs,
/// most would show the few people with most images.
inline std::vector<Pair> same_pairs(const std::vector<std::vector<std::uint32_t>>& images_of_people) {
    std::vector<Pair> pairs;
    for (const auto& images : images_of_people) {
        const std::size_t count = images.size() > 2 ? images.size() : images.size() - 1;
        for (std::size_t i = 0; i < count; ++i)
            pairs.push_back({images[i], images[(i + 1) % images.size()], PairLabel::same});
    }
    return pairs;
}

/// Up to `count` pairs of images of two people, none twice, and none of one picture where `pictures` tells them.
inline std::vector<Pair> different_pairs(const std::vector<std::vector<std::uint32_t>>& images_of_people,
                                         std::size_t count, Random random,
                                         std::span<const std::uint32_t> pictures = {}) {
    std::vector<Pair> pairs;
    std::set<std::pair<std::uint32_t, std::uint32_t>> seen;
    const auto people = static_cast<std::uint32_t>(images_of_people.size());
    for (std::size_t tries = 0; pairs.size() < count && tries < 20 * count; ++tries) {
        const std::uint32_t a = random.below(people), b = random.below(people);
        if (a == b) continue;
        const auto draw = [&](std::uint32_t person) {
            const auto& images = images_of_people[person];
            return images[random.below(static_cast<std::uint32_t>(images.size()))];
        };
        const std::uint32_t left = draw(a), right = draw(b);
        if (!pictures.empty() && pictures[left] == pictures[right]) continue;
        if (seen.insert(std::minmax(left, right)).second) pairs.push_back({left, right, PairLabel::different});
    }
    return pairs;
}

}  // namespace detail

/// Holds `fraction` of the people out, of those with several images and of those with one alike, drawn with `seed`.
/// Groups of people that stay together (People::group_of_image) count as one. Pairs of a person who is held out and one
/// who is not are in neither part. Throws Error if the people held out, or
/// those who are left, make no pairs of both kinds.
inline PeopleSplit hold_people_out(const std::vector<Pair>& pairs, const People& people, double fraction,
                                   std::uint64_t seed) {
    std::vector<std::vector<std::uint32_t>> images_of_groups(people.group_count());
    for (std::uint32_t image = 0; image < people.person_of_image.size(); ++image)
        images_of_groups[people.group(image)].push_back(image);
    std::vector<std::uint32_t> single, several;
    for (std::uint32_t group = 0; group < people.group_count(); ++group)
        (images_of_groups[group].size() == 1 ? single : several).push_back(group);
    std::vector<bool> is_out(people.group_count(), false);
    PeopleSplit split;
    for (auto* kind : {&single, &several}) {
        Random(seed, RandomPurpose::validation, 0, kind == &several ? 1 : 0).shuffle(kind->begin(), kind->end());
        const auto out = static_cast<std::size_t>(std::llround(fraction * static_cast<double>(kind->size())));
        for (std::size_t i = 0; i < out; ++i) is_out[(*kind)[i]] = true;
        split.held_out += static_cast<std::uint32_t>(out);
    }

    const auto image_is_out = [&](std::uint32_t image) { return is_out[people.group(image)]; };
    std::vector<std::vector<std::uint32_t>> out_people, out_groups;  // images of each
    for (const auto& images : people.images())
        if (image_is_out(images.front())) out_people.push_back(images);
    for (std::uint32_t group = 0; group < people.group_count(); ++group)
        if (is_out[group]) out_groups.push_back(images_of_groups[group]);
    for (std::uint32_t image = 0; image < people.person_of_image.size(); ++image)
        if (!image_is_out(image)) split.training_images.push_back(image);
    std::ranges::copy_if(pairs, std::back_inserter(split.training),
                         [&](const Pair& pair) { return !image_is_out(pair.left) && !image_is_out(pair.right); });
    split.validation = detail::same_pairs(out_people);
    const std::size_t same = split.validation.size();
    if (same > 0) {
        const auto different = detail::different_pairs(out_groups, same, Random(seed, RandomPurpose::validation, 0, 2));
        split.validation.insert(split.validation.end(), different.begin(), different.end());
    }
    const auto has_both = [](const std::vector<Pair>& some) {
        const auto count = std::ranges::count(some, PairLabel::same, &Pair::label);
        return count > 0 && count < std::ssize(some);
    };
    if (!has_both(split.validation) || !has_both(split.training))
        throw Error("holding out " + std::to_string(split.held_out) + " of " + std::to_string(people.group_count()) +
                    " people" +
                    (people.shared_pictures > 0 ? " (some have pictures in common, and count as one)" : "") +
                    " leaves " + (has_both(split.training) ? "validation" : "training") +
                    " without pairs of both kinds; hold out another fraction, or give more pairs");
    return split;
}

}  // namespace ditto
