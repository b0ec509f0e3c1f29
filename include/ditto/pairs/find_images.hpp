// The images of a list as they lie in a folder: none outside of it, and each picture known by one name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/images/image_name.hpp"
#include "ditto/pairs/pair.hpp"
#include "ditto/pairs/same_pictures.hpp"

namespace ditto {

/// What find_images() is told.
struct ImageSearch {
    std::string list_name = "the list";  // for errors and notes
    bool allow_outside = false;          // images that are not in the folder
};

/// A list, and a sentence for each way in which its names are not quite those of the files.
struct FoundImages {
    PairList list;
    std::vector<std::string> notes;
};

namespace detail {

class ImageFinder {
  public:
    ImageFinder(const std::filesystem::path& folder, const ImageSearch& search)
        : folder_(folder), search_(search), root_(std::filesystem::absolute(folder).lexically_normal() / "") {
        std::error_code ignored;
        canonical_root_ = std::filesystem::canonical(folder, ignored) / "";
    }

    FoundImages find(const PairList& list) {
        std::vector<std::uint32_t> lines(list.images.size());  // the first that names an image
        for (auto pair = list.pairs.rbegin(); pair != list.pairs.rend(); ++pair)
            lines[pair->left] = lines[pair->right] = pair->line;
        FoundImages found{{{}, list.pairs, list.folds}, {}};
        std::unordered_map<std::string, std::uint32_t> numbers;
        std::vector<std::uint32_t> places;  // in the new list
        for (std::size_t i = 0; i < list.images.size(); ++i) {
            const auto [entry, is_new] = numbers.try_emplace(existing(inside(list.images[i], lines[i]), lines[i]),
                                                             static_cast<std::uint32_t>(numbers.size()));
            if (is_new) found.list.images.push_back(entry->first);
            places.push_back(entry->second);
        }
        for (Pair& pair : found.list.pairs) {
            pair.left = places[pair.left];
            pair.right = places[pair.right];
        }
        found.list.pictures = same_pictures(folder_, found.list.images);
        for (const auto& [endings, count] : other_endings_)
            found.notes.push_back(search_.list_name + ": " + std::to_string(count) +
                                  (count == 1 ? " image is" : " images are") + " there as " + endings.second +
                                  ", not " + endings.first + " as the list says; taken so");
        return found;
    }

  private:
    std::string where(std::uint32_t line) const {
        return search_.list_name + (line > 0 ? ", line " + std::to_string(line) : "") + ": ";
    }

    // The path relative to the folder, without a way out and back in, which would follow links.
    std::string inside(const std::string& name, std::uint32_t line) {
        const std::filesystem::path written(name);
        for (const auto& root : {root_, canonical_root_}) {
            const auto relative = (root / written).lexically_normal().lexically_relative(root);
            if (!relative.empty() && *relative.begin() != ".." && relative != ".") return by_own_folder(relative);
        }
        if (search_.allow_outside) return name;
        throw Error(where(line) + name + " is not inside of the folder of images, " + folder_.string() +
                    "; name a folder that all images are in, or allow images outside of it (--allow-outside)");
    }

    // The path by the folder's own name, where a link leads to it: a person must not be two.
    std::string by_own_folder(const std::filesystem::path& path) {
        const auto [entry, is_new] = own_folders_.try_emplace(path.parent_path().string());
        if (is_new) {
            std::error_code failure;
            const auto place = std::filesystem::canonical(folder_ / path.parent_path(), failure);
            const auto relative = failure ? "" : place.lexically_relative(canonical_root_);
            const bool is_inside = !relative.empty() && *relative.begin() != "..";
            entry->second = is_inside ? relative : path.parent_path();
        }
        return (entry->second / path.filename()).lexically_normal().string();
    }

    // The name, or that of the one file there is instead, with another ending for an image.
    std::string existing(std::string name, std::uint32_t line) {
        const std::filesystem::path path(name);
        std::error_code ignored;
        if (!has_image_name(path) || std::filesystem::exists(std::filesystem::symlink_status(folder_ / path, ignored)))
            return name;
        std::vector<std::string> others;
        for (std::string ending : with_capitals())
            if (std::filesystem::is_regular_file((folder_ / path).replace_extension(ending), ignored))
                others.push_back(std::move(ending));
        if (others.empty()) return name;  // whoever loads it says so
        if (others.size() > 1)
            throw Error(where(line) + name + " is not there, but " + others[0] + " and " + others[1] +
                        " of that name are; write which one is meant");
        ++other_endings_[{path.extension().string(), others[0]}];
        return std::filesystem::path(path).replace_extension(others[0]).string();
    }

    static std::vector<std::string> with_capitals() {
        std::vector<std::string> endings(image_endings.begin(), image_endings.end());
        for (const std::string_view ending : image_endings) {
            endings.emplace_back(ending);
            for (char& c : endings.back()) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        }
        return endings;
    }

    std::filesystem::path folder_;
    ImageSearch search_;
    std::filesystem::path root_, canonical_root_;
    std::unordered_map<std::string, std::filesystem::path> own_folders_;
    std::map<std::pair<std::string, std::string>, std::size_t> other_endings_;  // written, and there: images
};

}  // namespace detail

/// The list with its images' names as they are in `folder`. An absolute path in it becomes a relative one, a folder
/// that a link leads to has its own name; `..` is taken as text, before any link. Where an image is not there, but one
/// of its name with another ending for images is, that one is taken, with a note. PairList::pictures tells names of one
/// picture. Links in the folder may lead anywhere: they are of whoever made the folder. Throws Error for a path that
/// leaves the folder, if that is not allowed, and where several files could be meant; an image that is not there at all
/// is left to whoever loads it.
inline FoundImages find_images(const PairList& list, const std::filesystem::path& folder,
                               const ImageSearch& search = {}) {
    return detail::ImageFinder(folder, search).find(list);
}

}  // namespace ditto
