// All images in a folder and the folders in it, and what else lies there.
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/images/image_name.hpp"

namespace ditto {

/// What a folder holds and does not hide, at any depth; paths are relative to it, in no order.
struct FolderImages {
    std::vector<std::string> images;   ///< by their names: see has_image_name()
    std::vector<std::string> skipped;  ///< other files
    std::vector<std::string> notes;    ///< a sentence for each folder that was not searched
};

namespace detail {

class FolderSearch {
  public:
    explicit FolderSearch(std::filesystem::path root) : root_(std::move(root)) {}

    FolderImages run() {
        if (const std::error_code failure = search(""))
            throw Error("cannot read the folder " + root_.string() + ": " + failure.message() +
                        "; name a folder of images");
        // Links last, so that a folder is known by its own name; each is searched once, so that no circle is endless.
        while (!links_.empty()) search_or_note(links_.extract(links_.begin()).value());
        return std::move(found_);
    }

  private:
    std::error_code search(const std::filesystem::path& folder) {
        std::error_code failure;
        const std::filesystem::path place = std::filesystem::canonical(root_ / folder, failure);
        if (failure) return failure;
        if (!searched_.insert(place.string()).second) {
            found_.notes.push_back((root_ / folder).string() +
                                   " is left out: it leads to a folder that is searched "
                                   "under its own name");
            return {};
        }
        std::vector<std::filesystem::path> folders;
        for (std::filesystem::directory_iterator entry(place, failure), end; !failure && entry != end;
             entry.increment(failure)) {
            std::filesystem::path name = entry->path().filename();
            if (name.string().starts_with('.')) continue;
            name = folder / name;
            std::error_code ignored;
            if (!entry->is_directory(ignored))
                (has_image_name(name) ? found_.images : found_.skipped).push_back(name.generic_string());
            else if (entry->is_symlink(ignored))
                links_.insert(std::move(name));
            else
                folders.push_back(std::move(name));
        }
        std::ranges::sort(folders);
        for (const auto& each : folders) search_or_note(each);
        return failure;
    }

    void search_or_note(const std::filesystem::path& folder) {
        if (const std::error_code failure = search(folder))
            found_.notes.push_back((root_ / folder).string() + ": cannot be read (" + failure.message() +
                                   "); left out");
    }

    std::filesystem::path root_;
    std::set<std::filesystem::path> links_;  // to folders
    std::set<std::string> searched_;         // places of folders
    FolderImages found_;
};

}  // namespace detail

/// Searches `folder` and the folders in it, but for what is hidden (begins with a dot). Links are followed, and a
/// folder that several names lead to is searched under one. Throws Error where `folder` itself cannot be read.
inline FolderImages find_folder_images(const std::filesystem::path& folder) {
    return detail::FolderSearch(folder).run();
}

/// "2 files skipped: notes.txt, old.doc": the first of `names`, and how many there are.
inline std::string skipped_text(std::vector<std::string> names, std::string_view one = "file",
                                std::string_view several = "files") {
    constexpr std::size_t most = 5;
    std::ranges::sort(names);
    std::string text =
        std::to_string(names.size()) + " " + std::string(names.size() == 1 ? one : several) + " skipped: ";
    for (std::size_t i = 0; i < std::min(most, names.size()); ++i) text += (i > 0 ? ", " : "") + names[i];
    return names.size() > most ? text + ", ..." : text;
}

}  // namespace ditto
