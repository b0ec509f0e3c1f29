// Which names of files are of one picture: links, and copies byte for byte.
#pragma once

#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ditto/core/hash.hpp"
#include "ditto/core/number_text.hpp"

namespace ditto {

namespace detail {

/// A hash of a file's bytes; of those that can be read, where some cannot.
inline std::uint64_t hash_of_bytes(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::vector<char> piece(std::size_t{1} << 16);
    Fnv1a hash;
    while (file) {
        file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        hash.mix(std::string_view(piece.data(), static_cast<std::size_t>(file.gcount())));
    }
    return hash.value();
}

}  // namespace detail

/// A number for each file, equal where two are one file or have the same bytes; what is empty or cannot be looked at
/// is like no other. Files are read only where another has as many bytes. `files` are relative to `folder`.
inline std::vector<std::uint32_t> same_pictures(const std::filesystem::path& folder,
                                                std::span<const std::string> files) {
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint32_t> first_of_file;  // by device and number
    std::map<std::uint64_t, std::vector<std::uint32_t>> by_size;                     // the first names of regular files
    std::vector<std::uint32_t> pictures(files.size());
    for (std::uint32_t i = 0; i < files.size(); ++i) {
        pictures[i] = i;
        struct stat about {};
        if (::stat((folder / files[i]).c_str(), &about) != 0 || !S_ISREG(about.st_mode)) continue;
        const auto [entry, is_new] =
            first_of_file.emplace(std::pair(std::uint64_t{about.st_dev}, std::uint64_t{about.st_ino}), i);
        pictures[i] = entry->second;
        if (is_new && about.st_size > 0) by_size[static_cast<std::uint64_t>(about.st_size)].push_back(i);
    }
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint32_t> first_of_bytes;  // by size and hash
    for (const auto& [size, same_size] : by_size)
        for (const std::uint32_t i : same_size)
            if (same_size.size() > 1)
                pictures[i] =
                    first_of_bytes.emplace(std::pair(size, detail::hash_of_bytes(folder / files[i])), i).first->second;
    for (std::uint32_t& picture : pictures) picture = pictures[picture];  // of another name of a copy
    return pictures;
}

/// "2 pictures are there under two people's names".
inline std::string shared_pictures_text(std::size_t count) {
    return detail::with_commas(static_cast<std::int64_t>(count)) + (count == 1 ? " picture is" : " pictures are") +
           " there under two people's names";
}

}  // namespace ditto
