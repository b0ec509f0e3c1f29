// Taking people out of a list of pairs, to test with once the training is over.
#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include "ditto/pairs/pair_list.hpp"
#include "ditto/pairs/people.hpp"
#include "ditto/pairs/people_split.hpp"

namespace ditto {

/// Two lists without a person in both.
struct TestPeople {
    PairList training;        ///< the list without the people to test with
    PairList test;            ///< pairs of these alone, as many of one person as of two
    std::uint32_t count = 0;  ///< of these people
    People people{};          ///< on the images of `training`, as the whole list tells
};

namespace detail {

// The list of these images and pairs of another one.
inline PairList part_of(const PairList& list, std::span<const std::uint32_t> images, std::span<const Pair> pairs) {
    NamedImages named = named_images(pairs, images);
    PairList part{{}, std::move(named.pairs)};
    for (const std::uint32_t image : named.images) {
        part.images.push_back(list.images[image]);
        if (!list.pictures.empty()) part.pictures.push_back(list.pictures[image]);
    }
    return part;
}

}  // namespace detail

/// Takes `fraction` of a list's `people` out of it (see hold_people_out()): the same people
/// every time, so that trainings on one list can be compared. Throws Error as hold_people_out() does.
inline TestPeople take_test_people(const PairList& list, const People& people, double fraction) {
    const PeopleSplit split = hold_people_out(list.pairs, people, fraction, 0);
    return {detail::part_of(list, split.training_images, split.training), detail::part_of(list, {}, split.validation),
            split.held_out, kept_people(people, split.training_images)};
}
/// Of the people whom people_of() tells.
inline TestPeople take_test_people(const PairList& list, double fraction) {
    return take_test_people(list, people_of(list), fraction);
}

}  // namespace ditto
