// Which files hold images, by their names.
#pragma once

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <string_view>

namespace ditto {

/// How the names of files end that load_image() reads, in small letters.
inline constexpr std::array<std::string_view, 7> image_endings = {".jpg", ".jpeg", ".jpe", ".jfif",
                                                                  ".png", ".pgm",  ".ppm"};

/// Whether a file's name ends as those of images do that load_image() reads, in small letters or capitals.
inline bool has_image_name(const std::filesystem::path& file) {
    std::string extension = file.extension().string();
    std::ranges::transform(extension, extension.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return std::ranges::find(image_endings, extension) != image_endings.end();
}

}  // namespace ditto
