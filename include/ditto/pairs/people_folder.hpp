// A folder that holds a folder of images for each person, as a list of pairs.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/core/random.hpp"
#include "ditto/images/image_name.hpp"
#include "ditto/pairs/pair_list.hpp"
#include "ditto/pairs/people_split.hpp"

namespace ditto {

namespace detail {

// What a folder holds and does not hide, by name.
inline std::vector<std::filesystem::path> visible_entries(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> entries;
    std::error_code failure;
    for (std::filesystem::directory_iterator entry(folder, failure), end; !failure && entry != end;
         entry.increment(failure))
        if (!entry->path().filename().string().starts_with('.')) entries.push_back(entry->path());
    if (failure) throw Error("cannot read the folder " + folder.string() + ": " + failure.message());
    std::ranges::sort(entries);
    return entries;
}

}  // namespace detail

/// The images of the folders in `folder`, each of which is a person, with as many pairs of one person as of two: of
/// one, each image in two of them; of two, drawn by chance, the same ones every time. Images that lie in `folder`
/// itself are left out. Throws Error where a folder cannot be read, or they make no pairs of both kinds.
inline PairList read_people_folder(const std::filesystem::path& folder) {
    PairList list;
    std::vector<std::vector<std::uint32_t>> images_of_people;
    for (const auto& person : detail::visible_entries(folder)) {
        std::error_code ignored;
        if (!std::filesystem::is_directory(person, ignored)) continue;
        std::vector<std::uint32_t> own;
        for (const auto& file : detail::visible_entries(person)) {
            if (std::filesystem::is_directory(file, ignored) || !has_image_name(file)) continue;
            own.push_back(static_cast<std::uint32_t>(list.images.size()));
            list.images.push_back(file.lexically_relative(folder).generic_string());
        }
        if (!own.empty()) images_of_people.push_back(std::move(own));
    }
    list.pairs = detail::same_pairs(images_of_people);
    if (list.pairs.empty() || images_of_people.size() < 2)
        throw Error(folder.string() + " makes no pairs: it has " + std::to_string(images_of_people.size()) +
                    " folders of images, and needs two or more, one for each person, some with several images; or name "
                    "a list of pairs");
    const auto different =
        detail::different_pairs(images_of_people, list.pairs.size(), Random(0, RandomPurpose::pairing));
    list.pairs.insert(list.pairs.end(), different.begin(), different.end());
    return list;
}

}  // namespace ditto
