// Who is on which image, as far as a list of pairs and its folders tell.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/pairs/folder_levels.hpp"
#include "ditto/pairs/pair.hpp"
#include "ditto/pairs/sets.hpp"

namespace ditto {

/// The person on every image, numbered from 0 in the order of their first images.
struct People {
    std::vector<std::uint32_t> person_of_image;
    std::uint32_t count = 0;
    bool by_folder = false;  ///< a folder holds a person; otherwise `same` pairs tell who is one person
    /// Images of one innermost folder are in one group, though `same` pairs alone tell who is one person.
    bool folders_stay_together = false;

    /// [images] numbers from 0 of images that may show one person, though no pair of them is surely `same`: they are
    /// held out together, and never make a `different` pair. Empty: the people are these groups.
    std::vector<std::uint32_t> group_of_image{};
    std::uint32_t groups = 0;  ///< that group_of_image counts

    std::size_t folder_levels = 0;  ///< the depth of the folders that hold a person each, from 1, where folders do

    // What was found, for people_text().
    std::vector<std::uint32_t> joining_lines{};  ///< of `same` rows that joined two folders
    std::vector<std::uint32_t> parting_lines{};  ///< of `different` rows within a folder
    std::size_t shared_pictures = 0;             ///< pictures that joined two people, being on both

    /// The group that an image is in.
    std::uint32_t group(std::uint32_t image) const {
        return group_of_image.empty() ? person_of_image[image] : group_of_image[image];
    }
    /// How many groups there are.
    std::uint32_t group_count() const { return group_of_image.empty() ? count : groups; }

    /// The images of every person, in ascending order.
    std::vector<std::vector<std::uint32_t>> images() const {
        std::vector<std::vector<std::uint32_t>> all(count);
        for (std::size_t image = 0; image < person_of_image.size(); ++image)
            all[person_of_image[image]].push_back(static_cast<std::uint32_t>(image));
        return all;
    }
};

namespace detail {

/// Sets of any numbers, numbered from 0 in the order of their first images; returns how many there are.
inline std::uint32_t number_sets(std::vector<std::uint32_t>& set_of_image) {
    std::unordered_map<std::uint32_t, std::uint32_t> numbers;
    for (std::uint32_t& set : set_of_image)
        set = numbers.try_emplace(set, static_cast<std::uint32_t>(numbers.size())).first->second;
    return static_cast<std::uint32_t>(numbers.size());
}

/// What `same` pairs join. Throws Error where a `different` pair lies within.
template <class Name>
Sets chains_of_pairs(std::size_t images, std::span<const Pair> pairs, const Name& name) {
    Sets sets(images);
    for (const Pair& pair : pairs)
        if (pair.label == PairLabel::same) sets.join(pair.left, pair.right);
    for (const Pair& pair : pairs)
        if (pair.label == PairLabel::different && sets.find(pair.left) == sets.find(pair.right))
            throw Error((pair.line > 0 ? "line " + std::to_string(pair.line) + ": " : "") +
                        "the pairs contradict each other: " + name(pair.left) + " and " + name(pair.right) +
                        " are labelled different, but a chain of same pairs connects them; correct the list");
    return sets;
}

/// The people of a list whose folders hold one each, and the groups that must stay together.
inline void take_folders(const PairList& list, const PersonFolders& folders, Sets chains, People& people) {
    Sets inner(list.images.size()), groups(list.images.size());
    inner.join_equal(folders.inner, no_folder);
    groups.join_equal(folders.outer, no_folder);
    for (const Pair& pair : list.pairs) {
        if (pair.label == PairLabel::different) continue;
        groups.join(pair.left, pair.right);
        if (inner.join(pair.left, pair.right) && folders.inner[pair.left] != no_folder &&
            folders.inner[pair.right] != no_folder)
            people.joining_lines.push_back(pair.line);
    }
    std::vector<bool> is_parted(list.images.size());  // [sets of inner]
    for (const Pair& pair : list.pairs) {
        if (pair.label == PairLabel::same || inner.find(pair.left) != inner.find(pair.right)) continue;
        is_parted[inner.find(pair.left)] = true;
        people.parting_lines.push_back(pair.line);
    }
    // A few such rows part the folders that they are in. Where there are many, folders are more than people.
    const FolderAgreement& rows = folders.agreement;
    const bool many = 50 * rows.different_inside > rows.different_inside + rows.different_across + 49;
    for (std::uint32_t image = 0; image < list.images.size(); ++image) {
        const std::uint32_t set = inner.find(image);
        const auto first = static_cast<std::uint32_t>(list.images.size());  // chains are numbered apart from folders
        people.person_of_image.push_back(many || is_parted[set] ? first + chains.find(image) : set);
    }
    people.group_of_image = groups.all();
}

/// The groups of a list whose folders are not people: what `same` rows connect and, where these sets and the innermost
/// folders put together leave most `different` rows between two groups, what is in one folder. A person may be in
/// several folders, as of several cameras, and each of these theirs alone.
inline void group_by_folders(const PairList& list, People& people) {
    const std::vector<std::uint32_t> folders = folders_of(list.images, std::numeric_limits<std::size_t>::max());
    Sets groups(list.images.size());
    groups.join_equal(people.person_of_image, no_folder);
    groups.join_equal(folders, no_folder);
    std::vector<std::uint32_t> joined = groups.all();
    const FolderAgreement rows = agreement(folders, list.pairs), joint = agreement(joined, list.pairs);
    const bool one_group = std::ranges::adjacent_find(joined, std::ranges::not_equal_to()) == joined.end();
    people.folders_stay_together = rows.folders > 1 && !one_group && joint.keeps_different_apart();
    people.group_of_image = people.folders_stay_together ? std::move(joined) : people.person_of_image;
}

/// Joins the groups of images that are one picture.
inline void join_pictures(const PairList& list, People& people) {
    Sets groups(list.images.size());
    groups.join_equal(people.group_of_image, std::numeric_limits<std::uint32_t>::max());
    people.shared_pictures = groups.join_equal(list.pictures, std::numeric_limits<std::uint32_t>::max());
    people.group_of_image = groups.all();
}

}  // namespace detail

/// The people on the images at these positions alone, which ascend: who is one person was told by all images and rows.
inline People kept_people(const People& people, std::span<const std::uint32_t> positions) {
    People kept = people;
    kept.person_of_image.clear();
    kept.group_of_image.clear();
    for (const std::uint32_t position : positions) {
        kept.person_of_image.push_back(people.person_of_image.at(position));
        if (!people.group_of_image.empty()) kept.group_of_image.push_back(people.group_of_image.at(position));
    }
    kept.count = detail::number_sets(kept.person_of_image);
    kept.groups = detail::number_sets(kept.group_of_image);
    return kept;
}

/// The people that `same` pairs connect: two images are of one person if a chain of such pairs leads from one to the
/// other. Throws Error if a `different` pair contradicts that; `name` gives image i a name for it.
template <class Name>
People people_of_pairs(std::size_t images, std::span<const Pair> pairs, const Name& name) {
    People people;
    people.person_of_image = detail::chains_of_pairs(images, pairs, name).all();
    people.count = detail::number_sets(people.person_of_image);
    return people;
}

/// The people of a list. Where most rows agree that a folder is a person (see FolderAgreement::is_person()), as in LFW,
/// it is: `same` rows across two folders join them, `different` rows within one leave of it only what `same` rows
/// connect, and an image in no folder is with whom rows put it. Elsewhere see people_of_pairs(). Groups are wider:
/// images of a folder stay together whatever its rows say, as do those that are one picture (PairList::pictures). Where
/// folders are not people, those of an innermost folder still do (People::folders_stay_together), unless more than
/// a fifth of the `different` rows, or everybody, would then be in one group. Throws Error where rows contradict each
/// other.
inline People people_of(const PairList& list) {
    detail::Sets chains = detail::chains_of_pairs(list.images.size(), list.pairs,
                                                  [&](std::uint32_t image) { return list.images[image]; });
    People people;
    if (const auto folders = detail::person_folders(list)) {
        people.by_folder = true;
        people.folder_levels = folders->levels;
        detail::take_folders(list, *folders, chains, people);
    } else {
        people.person_of_image = chains.all();
        detail::group_by_folders(list, people);
    }
    if (!list.pictures.empty()) detail::join_pictures(list, people);
    people.count = detail::number_sets(people.person_of_image);
    people.groups = detail::number_sets(people.group_of_image);
    return people;
}

/// The people of a list as people_of() tells them or, where its rows contradict each other, as folders and pictures do
/// alone: for what is shown or warned of, and harms nothing where it is wrong.
inline People likely_people(const PairList& list) {
    try {
        return people_of(list);
    } catch (const Error&) {
        PairList without_rows = list;
        without_rows.pairs.clear();
        return people_of(without_rows);
    }
}

}  // namespace ditto
