// Reading images from JPEG, PNG, PGM and PPM files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ditto/core/error.hpp"
#include "ditto/core/read_file.hpp"
#include "ditto/images/image.hpp"
#include "ditto/images/jpeg.hpp"
#include "ditto/images/netpbm.hpp"
#include "ditto/images/orientation.hpp"
#include "ditto/images/stb.hpp"

namespace ditto {

/// Images of more pixels are refused before they are decoded: a file of some kilobytes can claim gigabytes.
inline constexpr std::int64_t largest_image_pixels = std::int64_t{1} << 27;

namespace detail {

inline void check_image_size(std::int64_t height, std::int64_t width, const std::string& name) {
    if (height > largest_image_pixels || width > largest_image_pixels || height * width > largest_image_pixels)
        throw Error(name + ": claims " + std::to_string(width) + " x " + std::to_string(height) +
                    " pixels, more than the " + std::to_string(largest_image_pixels) +
                    " that are accepted; scale it down or remove it from the list");
}

inline Image decode_with_stb(std::span<const std::uint8_t> bytes, const std::string& name) {
    const auto size = static_cast<int>(bytes.size());  // read_file accepts at most 2^30 bytes
    int width = 0, height = 0, channels = 0;
    if (stbi_info_from_memory(bytes.data(), size, &width, &height, &channels) != 0)
        check_image_size(height, width, name);
    const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
        stbi_load_from_memory(bytes.data(), size, &width, &height, &channels, 3), stbi_image_free);
    if (!pixels)
        throw Error(name + ": cannot be decoded (" + stbi_failure_reason() +
                    "); the file is damaged: replace it or remove it from the list");
    const std::size_t count = static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * 3;
    return {height, width, {pixels.get(), pixels.get() + count}};
}

}  // namespace detail

/// Decodes the bytes of a JPEG, PNG, binary PGM or binary PPM file to RGB: grey becomes RGB, transparency is dropped,
/// 16 bits become 8, a JPEG is turned upright as its EXIF orientation says. `name` stands in errors. Throws Error if
/// the bytes are none of these formats, are cut short or damaged, or claim more than `largest_image_pixels`.
inline Image decode_image(std::span<const std::uint8_t> bytes, const std::string& name) {
    const auto begins_with = [&](std::string_view signature) {
        return bytes.size() >= signature.size() &&
               std::string_view(reinterpret_cast<const char*>(bytes.data()), signature.size()) == signature;
    };
    const Error cut_short(name + ": the file is cut short; replace it or remove it from the list");
    if (bytes.empty()) throw Error(name + ": the file is empty; replace it or remove it from the list");
    if (begins_with("\xFF\xD8")) {
        const JpegStructure structure = inspect_jpeg(bytes);
        if (!structure.complete) throw cut_short;
        return upright(detail::decode_with_stb(bytes, name), structure.orientation);
    }
    if (begins_with("\x89PNG\r\n\x1A\n")) return detail::decode_with_stb(bytes, name);
    if (begins_with("P5") || begins_with("P6")) {
        const std::optional<NetpbmHeader> header = parse_netpbm_header(bytes);
        if (!header) throw Error(name + ": the PGM or PPM header is malformed; replace it or remove it from the list");
        detail::check_image_size(static_cast<std::int64_t>(header->height), static_cast<std::int64_t>(header->width),
                                 name);
        std::optional<Image> image = decode_netpbm(bytes, *header);
        if (!image) throw cut_short;
        return *std::move(image);
    }
    throw Error(name + ": not a JPEG, PNG, binary PGM or binary PPM file, whatever its name says; convert it");
}

/// Reads and decodes an image file: see decode_image(). Throws Error also if the file is missing or not readable.
inline Image load_image(const std::filesystem::path& path) {
    return decode_image(read_file(path), path.string());
}

}  // namespace ditto
