// Pairs drawn anew for every epoch from all images of all people, instead of a list's own.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/core/random.hpp"
#include "ditto/pairs/pair_list.hpp"
#include "ditto/pairs/people.hpp"

namespace ditto {

/// Draws the pairs of an epoch so that every image is in one of them, or one is left over: two images of one person as
/// far as people have them, the others in pairs of two people. Every batch has its share of each kind. Of people who
/// may be the same (People::group_of_image) no pair is drawn, and of their single images one at most.
class PeopleSampler {
  public:
    /// Of these images of `people`. Throws Error unless they make pairs of both kinds.
    PeopleSampler(const People& people, std::span<const std::uint32_t> images)
        : group_of_image_(people.group_of_image.empty() ? people.person_of_image : people.group_of_image) {
        std::vector<std::vector<std::uint32_t>> of_people(people.count);
        for (const std::uint32_t image : images) of_people[people.person_of_image[image]].push_back(image);
        std::set<std::uint32_t> groups, single;  // all, and those where an image is left over
        for (auto& own : of_people) {
            if (own.empty()) continue;
            same_ += own.size() / 2;
            groups.insert(group_of_image_[own.front()]);
            if (own.size() % 2 == 1) single.insert(group_of_image_[own.front()]);
            images_.push_back(std::move(own));
        }
        different_ = single.size() / 2;
        if (same_ == 0 || groups.size() < 2)
            throw Error("the training list's " + std::to_string(groups.size()) +
                        " people make no pairs to draw: at least two people are needed, one with two images; train on "
                        "the list's own pairs");
    }

    /// Pairs of every epoch.
    std::size_t pairs() const { return same_ + different_; }
    std::size_t same_pairs() const { return same_; }  ///< in each epoch
    /// The person on an image or, where several may be one, their group: images of other numbers show other people.
    std::uint32_t person(std::uint32_t image) const { return group_of_image_[image]; }

    /// The pairs of an epoch (below 2^24): a function of (seed, epoch).
    std::vector<Pair> draw(std::uint64_t seed, std::uint32_t epoch) const {
        std::vector<Pair> same, different, all;
        std::vector<std::uint32_t> single;
        std::unordered_set<std::uint32_t> has_single;  // groups
        for (std::size_t person = 0; person < images_.size(); ++person) {
            std::vector<std::uint32_t> own = images_[person];
            Random(seed, RandomPurpose::pairing, epoch, person).shuffle(own.begin(), own.end());
            std::size_t i = 0;
            for (; i + 1 < own.size(); i += 2) same.push_back({own[i], own[i + 1], PairLabel::same});
            if (i < own.size() && has_single.insert(group_of_image_[own[i]]).second) single.push_back(own[i]);
        }
        Random random(seed, RandomPurpose::shuffle, epoch);
        random.shuffle(same.begin(), same.end());
        random.shuffle(single.begin(), single.end());  // of each group at most one: any two are of two people
        for (std::size_t i = 0; i + 1 < single.size(); i += 2)
            different.push_back({single[i], single[i + 1], PairLabel::different});
        for (std::size_t i = 0, taken = 0; i < pairs(); ++i) {
            const std::size_t due = (i + 1) * same_ / pairs();  // `same` pairs among the first i + 1
            all.push_back(taken < due ? same[taken] : different[i - taken]);
            taken = due;
        }
        return all;
    }

  private:
    std::vector<std::uint32_t> group_of_image_;
    std::vector<std::vector<std::uint32_t>> images_;  // of every person who has any
    std::size_t same_ = 0, different_ = 0;
};

}  // namespace ditto
