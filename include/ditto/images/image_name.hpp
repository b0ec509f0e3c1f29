// Which files hold images, by their names.
#pragma once

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <string_view>

namespace ditto {

/// Whether a file's name ends as those of images do that load_image() reads.
inline bool has_image_name(const std::filesystem::path& file) {
    constexpr std::array<std::string_view, 5> extensions = {".jpg", ".jpeg", ".png", ".pgm", ".ppm"};
    std::string extension = file.extension().string();
    std::ranges::transform(extension, extension.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return std::ranges::find(extensions, extension) != extensions.end();
}

}  // namespace ditto
