// What is said of a picture that is not decoded, and which are too large to be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "ditto/core/error.hpp"

namespace ditto {

/// Images of more pixels are refused before they are decoded: a file of some kilobytes can claim gigabytes.
inline constexpr std::int64_t largest_image_pixels = std::int64_t{1} << 27;

/// Images are refused, before memory is taken, whose decoding needs more bytes than this beside their files. Turning
/// the most pixels upright needs less: twice three bytes for each.
inline constexpr std::int64_t largest_decoding_bytes = std::int64_t{1} << 30;

namespace detail {

[[noreturn]] inline void refuse_damaged(const std::string& name, const std::string& what) {
    throw Error(name + ": " + what + "; the file is damaged: replace it or remove it from the list");
}

[[noreturn]] inline void refuse_cut_short(const std::string& name) {
    throw Error(name + ": the file is cut short; replace it or remove it from the list");
}

/// The file is whole, but nothing here reads its kind.
[[noreturn]] inline void refuse_unsupported(const std::string& name, const std::string& what) {
    throw Error(name + ": " + what + " is not supported; save it as an ordinary 8-bit RGB JPEG or PNG");
}

inline void require_image_size(std::int64_t height, std::int64_t width, const std::string& name) {
    if (height > largest_image_pixels || width > largest_image_pixels || height * width > largest_image_pixels)
        throw Error(name + ": claims " + std::to_string(width) + " x " + std::to_string(height) +
                    " pixels, more than the " + std::to_string(largest_image_pixels) +
                    " that are accepted; scale it down or remove it from the list");
}

inline void require_decoding_bytes(std::int64_t bytes, const std::string& name) {
    if (bytes > largest_decoding_bytes)
        throw Error(name + ": decoding takes " + std::to_string(bytes >> 20) + " MiB of memory, more than the " +
                    std::to_string(largest_decoding_bytes >> 20) +
                    " that are accepted; scale it down or remove it from the list");
}

}  // namespace detail
}  // namespace ditto
