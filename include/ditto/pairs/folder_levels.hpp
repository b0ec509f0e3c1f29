// Which folders hold a person each: asked of the rows of a list, whose paths may have several folders one in another.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ditto/core/pair_label.hpp"
#include "ditto/pairs/pair.hpp"

namespace ditto {

/// How the rows of a list stand to the folders that their images are in. Rows with an image in no folder are not
/// counted.
struct FolderAgreement {
    std::size_t folders = 0;
    std::size_t same_inside = 0, same_across = 0;            ///< `same` rows within a folder, and across two
    std::size_t different_inside = 0, different_across = 0;  ///< `different` rows

    /// Rows that say that a folder is not a person, or that a person is in two.
    std::size_t disagreeing() const { return same_across + different_inside; }
    /// Four fifths of the `different` rows at least are across two folders.
    bool keeps_different_apart() const { return different_across >= 4 * different_inside; }
    /// Most rows say that a folder is a person: of the `same` ones more than half, of the `different` ones four fifths.
    bool is_person() const {
        return folders > 1 && (same_inside > same_across || same_inside + same_across == 0) && keeps_different_apart();
    }
    /// Most rows of both labels say the opposite, as they do where 0 stands for the same person.
    bool is_inverted() const { return folders > 1 && same_across > same_inside && different_inside > different_across; }
};

namespace detail {

inline constexpr std::uint32_t no_folder = std::numeric_limits<std::uint32_t>::max();

/// The folder that an image is in, of its first `levels` folders at most; empty where it is in none.
inline std::string_view folder_of(std::string_view image, std::size_t levels) {
    std::size_t end = 0;
    for (std::size_t level = 0, next = 0; level < levels; ++level, end = next)
        if ((next = image.find('/', end + 1)) == std::string_view::npos) break;
    return image.substr(0, end);
}

/// The folder of every image, by its first `levels` folders at most; no_folder where it is in none.
inline std::vector<std::uint32_t> folders_of(std::span<const std::string> images, std::size_t levels) {
    std::unordered_map<std::string_view, std::uint32_t> numbers;
    std::vector<std::uint32_t> folders;
    for (const std::string& image : images) {
        const std::string_view folder = folder_of(image, levels);
        folders.push_back(folder.empty()
                              ? no_folder
                              : numbers.try_emplace(folder, static_cast<std::uint32_t>(numbers.size())).first->second);
    }
    return folders;
}

inline FolderAgreement agreement(std::span<const std::uint32_t> folders, std::span<const Pair> pairs) {
    FolderAgreement result;
    for (const std::uint32_t folder : folders)
        if (folder != no_folder) result.folders = std::max<std::size_t>(result.folders, std::size_t{folder} + 1);
    for (const Pair& pair : pairs) {
        if (folders[pair.left] == no_folder || folders[pair.right] == no_folder) continue;
        const bool inside = folders[pair.left] == folders[pair.right];
        if (pair.label == PairLabel::same)
            ++(inside ? result.same_inside : result.same_across);
        else
            ++(inside ? result.different_inside : result.different_across);
    }
    return result;
}

/// The number of folders that the deepest image is in.
inline std::size_t folder_depth(std::span<const std::string> images) {
    std::ptrdiff_t depth = 0;
    for (const std::string& image : images) depth = std::max(depth, std::ranges::count(image, '/'));
    return static_cast<std::size_t>(depth);
}

/// A person's folder, where rows leave it open at which depth that is: the outermost that it can be and the innermost.
struct PersonFolders {
    std::vector<std::uint32_t> outer, inner;  // [images] numbers, or no_folder
    FolderAgreement agreement;                // of the inner ones
    std::size_t levels = 0;                   // at which the inner ones are
};

/// The depth of folders that fewest rows disagree with, if folders hold people at all: see
/// FolderAgreement::is_person(). Without a `different` row nothing speaks against the folders outside of the innermost,
/// which is then taken.
inline std::optional<PersonFolders> person_folders(const PairList& list) {
    constexpr std::size_t deepest = 16;
    std::optional<PersonFolders> best;
    const std::size_t depth = std::min(folder_depth(list.images), deepest);
    const bool can_tell = std::ranges::find(list.pairs, PairLabel::different, &Pair::label) != list.pairs.end();
    for (std::size_t levels = can_tell ? 1 : std::max<std::size_t>(depth, 1); levels <= depth; ++levels) {
        std::vector<std::uint32_t> folders = folders_of(list.images, levels == deepest ? depth : levels);
        const FolderAgreement found = agreement(folders, list.pairs);
        if (!found.is_person() || (best && found.disagreeing() > best->agreement.disagreeing())) continue;
        const bool ties = best && found.disagreeing() == best->agreement.disagreeing();
        best = PersonFolders{ties ? std::move(best->outer) : folders, folders, found, levels};
    }
    return best;
}

}  // namespace detail

/// How the rows stand to the innermost folders of their images.
inline FolderAgreement folder_agreement(const PairList& list) {
    return detail::agreement(detail::folders_of(list.images, std::numeric_limits<std::size_t>::max()), list.pairs);
}

}  // namespace ditto
