// A folder that holds a folder of images for each person, as a list of pairs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/core/random.hpp"
#include "ditto/pairs/alike_names.hpp"
#include "ditto/pairs/find_images.hpp"
#include "ditto/pairs/folder_images.hpp"
#include "ditto/pairs/pair.hpp"
#include "ditto/pairs/people_split.hpp"
#include "ditto/pairs/same_pictures.hpp"

namespace ditto {

namespace detail {

/// A sentence about pictures that are in the folders of several people, if there are any.
inline std::optional<std::string> shared_pictures_note(const std::vector<std::vector<std::uint32_t>>& people,
                                                       const PairList& list) {
    std::unordered_map<std::uint32_t, std::pair<std::size_t, std::uint32_t>> firsts;  // of each picture: person, image
    std::set<std::uint32_t> shared;
    std::string example;
    for (std::size_t person = 0; person < people.size(); ++person)
        for (const std::uint32_t image : people[person]) {
            const auto first = firsts.try_emplace(list.pictures[image], person, image).first->second;
            if (first.first == person || !shared.insert(list.pictures[image]).second || !example.empty()) continue;
            example = list.images[first.second] + " and " + list.images[image];
        }
    if (shared.empty()) return std::nullopt;
    return shared_pictures_text(shared.size()) + " (" + example +
           "); no two names of one picture are drawn as different, but other images of these people are: if they are "
           "one person, join the folders, and otherwise leave the picture in one";
}

}  // namespace detail

/// The images of the folders in `folder`, each of which is a person with all that is in it at any depth, as a list with
/// as many pairs of one person as of two: of one, each image in two of them; of two, drawn by chance, the same ones
/// every time, but never two names of one picture. Images that lie in `folder` itself are left out. The notes say what
/// was left out, which names look alike, and which pictures are in the folders of two people. Throws Error where
/// `folder` cannot be read, or its folders make no pairs of both kinds.
inline FoundImages find_people(const std::filesystem::path& folder) {
    FolderImages files = find_folder_images(folder);
    FoundImages found{{}, std::move(files.notes)};
    std::vector<std::filesystem::path> paths(files.images.begin(), files.images.end());
    std::ranges::sort(paths);  // by folder, then by name
    std::map<std::string, std::vector<std::uint32_t>> images_of_people;
    std::vector<std::string> loose, names;
    for (const auto& path : paths) {
        if (!path.has_parent_path()) {
            loose.push_back(path.string());
            continue;
        }
        images_of_people[path.begin()->string()].push_back(static_cast<std::uint32_t>(found.list.images.size()));
        found.list.images.push_back(path.generic_string());
    }
    std::vector<std::vector<std::uint32_t>> people;
    for (auto& [name, images] : images_of_people) {
        names.push_back(name);
        people.push_back(std::move(images));
    }
    found.list.pairs = detail::same_pairs(people);
    if (found.list.pairs.empty() || people.size() < 2)
        throw Error(folder.string() + " makes no pairs: it has " + std::to_string(people.size()) +
                    " folders of images, and needs two or more, one for each person, some with several images; or name "
                    "a list of pairs");
    found.list.pictures = same_pictures(folder, found.list.images);
    const auto different = detail::different_pairs(people, found.list.pairs.size(), Random(0, RandomPurpose::pairing),
                                                   found.list.pictures);
    if (different.empty())
        throw Error(folder.string() +
                    " makes no pairs of two people: their folders hold the same pictures; give each person their own");
    found.list.pairs.insert(found.list.pairs.end(), different.begin(), different.end());
    if (auto note = detail::shared_pictures_note(people, found.list)) found.notes.push_back(std::move(*note));
    if (!files.skipped.empty()) found.notes.push_back(skipped_text(std::move(files.skipped)));
    if (!loose.empty())
        found.notes.push_back(
            skipped_text(std::move(loose), "image in no person's folder", "images in no person's folder"));
    for (std::string& note : alike_notes(names)) found.notes.push_back(std::move(note));
    return found;
}

/// The list of find_people(), where nobody asks for its notes.
inline PairList read_people_folder(const std::filesystem::path& folder) {
    return find_people(folder).list;
}

}  // namespace ditto
