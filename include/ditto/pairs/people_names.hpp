// What the people of a list are called: by their folders, where these are people.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ditto/pairs/folder_levels.hpp"
#include "ditto/pairs/pair.hpp"
#include "ditto/pairs/people.hpp"

namespace ditto {

/// The name of the person on every image of `list`, no two alike: that of the folder that their first image is in, at
/// the depth at which folders are people; with the folders outside of it where two people have folders of that name;
/// and of the first image itself where folders are not people, or one is two.
inline std::vector<std::string> person_names(const PairList& list, const People& people) {
    const auto candidates = [&](const std::string& image) {
        const std::string_view folder = detail::folder_of(image, people.by_folder ? people.folder_levels : 0);
        return std::array<std::string, 3>{std::string(folder.substr(folder.rfind('/') + 1)), std::string(folder),
                                          image};
    };
    std::vector<std::string> firsts(people.count);  // the first image of each
    for (std::size_t image = list.images.size(); image-- > 0;)
        firsts[people.person_of_image[image]] = list.images[image];
    std::array<std::unordered_map<std::string, std::size_t>, 3> counts;  // of each kind of candidate
    for (const std::string& first : firsts) {
        const auto names = candidates(first);
        for (std::size_t kind = 0; kind < names.size(); ++kind) ++counts[kind][names[kind]];
    }
    std::vector<std::string> names;
    for (const std::string& first : firsts) {
        const auto own = candidates(first);
        std::size_t kind = 0;
        while (kind + 1 < own.size() && (own[kind].empty() || counts[kind][own[kind]] > 1)) ++kind;
        names.push_back(own[kind]);
    }
    std::vector<std::string> of_images;
    for (const std::uint32_t person : people.person_of_image) of_images.push_back(names[person]);
    return of_images;
}

}  // namespace ditto
