// Who is on which image, as far as a list of pairs tells.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <numeric>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/pairs/pair_list.hpp"

namespace ditto {

/// The person on every image, numbered from 0 in the order of their first images.
struct People {
    std::vector<std::uint32_t> person_of_image;
    std::uint32_t count = 0;
    bool by_folder = false;  ///< a folder holds a person; otherwise `same` pairs tell who is one person

    /// The images of every person, in ascending order.
    std::vector<std::vector<std::uint32_t>> images() const {
        std::vector<std::vector<std::uint32_t>> all(count);
        for (std::size_t image = 0; image < person_of_image.size(); ++image)
            all[person_of_image[image]].push_back(static_cast<std::uint32_t>(image));
        return all;
    }
};

namespace detail {

/// The representative of an image's set, with the paths to it halved (union by the smaller number).
inline std::uint32_t find_set(std::vector<std::uint32_t>& parents, std::uint32_t image) {
    while (parents[image] != image) image = parents[image] = parents[parents[image]];
    return image;
}

inline People numbered(const std::vector<std::uint32_t>& set_of_image, bool by_folder) {
    People people{{}, 0, by_folder};
    std::unordered_map<std::uint32_t, std::uint32_t> number_of_set;
    for (const std::uint32_t set : set_of_image) {
        const auto [entry, is_new] = number_of_set.try_emplace(set, people.count);
        people.count += is_new ? 1 : 0;
        people.person_of_image.push_back(entry->second);
    }
    return people;
}

}  // namespace detail

/// The people that `same` pairs connect: two images are of one person if a chain of such pairs leads from one to the
/// other. Throws Error if a `different` pair contradicts that; `name` gives image i a name for it.
template <class Name>
People people_of_pairs(std::size_t images, std::span<const Pair> pairs, const Name& name) {
    std::vector<std::uint32_t> parents(images);
    std::iota(parents.begin(), parents.end(), 0U);
    for (const Pair& pair : pairs) {
        if (pair.label != PairLabel::same) continue;
        const std::uint32_t left = detail::find_set(parents, pair.left), right = detail::find_set(parents, pair.right);
        parents[std::max(left, right)] = std::min(left, right);
    }
    for (const Pair& pair : pairs)
        if (pair.label == PairLabel::different &&
            detail::find_set(parents, pair.left) == detail::find_set(parents, pair.right))
            throw Error("the pairs contradict each other: " + name(pair.left) + " and " + name(pair.right) +
                        " are labelled different, but a chain of same pairs connects them; correct the list");
    for (std::uint32_t image = 0; image < images; ++image) parents[image] = detail::find_set(parents, image);
    return detail::numbered(parents, false);
}

/// The people of a list. Where each image lies in a folder, every `same` pair within one folder and every `different`
/// pair across two, a folder is a person, as in LFW; otherwise see people_of_pairs().
inline People people_of(const PairList& list) {
    std::unordered_map<std::string, std::uint32_t> number_of_folder;
    std::vector<std::uint32_t> folders;
    bool all_in_folders = true;
    for (const std::string& path : list.images) {
        const std::string folder = std::filesystem::path(path).parent_path().string();
        all_in_folders = all_in_folders && !folder.empty();
        folders.push_back(
            number_of_folder.try_emplace(folder, static_cast<std::uint32_t>(number_of_folder.size())).first->second);
    }
    const auto agrees = [&](const Pair& pair) {
        return (folders[pair.left] == folders[pair.right]) == (pair.label == PairLabel::same);
    };
    if (all_in_folders && std::ranges::all_of(list.pairs, agrees)) return detail::numbered(folders, true);
    return people_of_pairs(list.images.size(), list.pairs, [&](std::uint32_t image) { return list.images[image]; });
}

}  // namespace ditto
