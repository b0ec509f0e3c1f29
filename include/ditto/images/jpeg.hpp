// What stb_image does not tell about a JPEG: whether the file is whole, and how the camera was held.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace ditto {

/// The structure of a JPEG file.
struct JpegStructure {
    bool complete = false;  ///< it ends with an end-of-image marker: a file cut short does not
    int orientation = 1;    ///< EXIF tag 0x0112, 1 to 8; 1 (upright) where the file has none that can be read
};

namespace detail {

/// Integers of 2 and 4 bytes at an offset, in the byte order of a TIFF header; nothing beyond the end.
struct TiffReader {
    std::span<const std::uint8_t> bytes;
    bool little_endian;

    std::optional<std::uint32_t> read(std::size_t offset, std::size_t size) const {
        if (offset > bytes.size() || bytes.size() - offset < size) return std::nullopt;
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < size; ++i) value = value << 8 | bytes[offset + (little_endian ? size - 1 - i : i)];
        return value;
    }
};

/// The orientation in the payload of an APP1 segment ("Exif", two zeros, a TIFF file), if it holds one.
inline std::optional<int> exif_orientation(std::span<const std::uint8_t> segment) {
    constexpr std::string_view signature("Exif\0\0", 6);
    if (segment.size() < signature.size() + 8 || !std::equal(signature.begin(), signature.end(), segment.begin()))
        return std::nullopt;
    const std::span<const std::uint8_t> tiff = segment.subspan(signature.size());
    const TiffReader reader{tiff, tiff[0] == 'I'};
    const std::size_t directory = *reader.read(4, 4);
    const std::size_t entries = reader.read(directory, 2).value_or(0);
    for (std::size_t i = 0; i < entries; ++i) {
        const std::size_t entry = directory + 2 + 12 * i;  // tag, type, count, value: 2 + 2 + 4 + 4 bytes
        const auto tag = reader.read(entry, 2), value = reader.read(entry + 8, 2);
        if (!tag || !value) return std::nullopt;
        if (*tag == 0x0112 && *value >= 1 && *value <= 8) return static_cast<int>(*value);
    }
    return std::nullopt;
}

/// The offset just behind the next marker's two bytes. Stuffed zeros, fill bytes and restart markers are no markers
/// here: they stand inside compressed data.
inline std::optional<std::size_t> after_next_marker(std::span<const std::uint8_t> bytes, std::size_t offset) {
    for (; offset + 1 < bytes.size(); ++offset) {
        const std::uint8_t code = bytes[offset + 1];
        const bool restart = code >= 0xD0 && code <= 0xD7;
        if (bytes[offset] == 0xFF && code != 0x00 && code != 0xFF && !restart) return offset + 2;
    }
    return std::nullopt;
}

}  // namespace detail

/// Walks the segments of a JPEG file (ITU-T T.81, annex B) without decoding them.
inline JpegStructure inspect_jpeg(std::span<const std::uint8_t> bytes) {
    constexpr std::uint8_t end_of_image = 0xD9, app1 = 0xE1;
    JpegStructure structure;
    bool oriented = false;
    std::size_t offset = 2;  // behind the start-of-image marker
    while (const std::optional<std::size_t> found = detail::after_next_marker(bytes, offset)) {
        offset = *found;
        structure.complete = bytes[offset - 1] == end_of_image;
        if (structure.complete || bytes.size() - offset < 2) return structure;
        const std::size_t length = std::size_t{bytes[offset]} << 8 | bytes[offset + 1];  // counts its own two bytes
        if (length < 2 || bytes.size() - offset < length) return structure;
        if (bytes[offset - 1] == app1 && !oriented) {
            const auto orientation = detail::exif_orientation(bytes.subspan(offset + 2, length - 2));
            oriented = orientation.has_value();
            structure.orientation = orientation.value_or(1);
        }
        offset += length;
    }
    return structure;
}

}  // namespace ditto
