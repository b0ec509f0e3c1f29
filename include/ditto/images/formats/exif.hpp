// How the camera was held: the orientation in a file's EXIF data, or in what else programs keep it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace ditto::detail {

/// Integers of 1 to 4 bytes at an offset, in the byte order of a TIFF header; nothing beyond the end.
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

/// Bytes of an integer of one of TIFF's types, signed or not; 0 for other types.
constexpr std::size_t tiff_integer_bytes(std::uint32_t type) {
    switch (type) {
        case 1:  // BYTE
        case 6:  // SBYTE
            return 1;
        case 3:  // SHORT, which the EXIF standard asks for
        case 8:  // SSHORT
            return 2;
        case 4:  // LONG, which some programs write
        case 9:  // SLONG
            return 4;
        default:
            return 0;
    }
}

inline bool begins_with(std::span<const std::uint8_t> bytes, std::string_view text) {
    return bytes.size() >= text.size() &&
           std::equal(text.begin(), text.end(), bytes.begin(),
                      [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

/// What EXIF data begin with in a JPEG, and in some programs' PNG.
inline constexpr std::string_view exif_mark("Exif\0\0", 6);

/// EXIF tag 0x0112, 1 to 8, in a TIFF file, with or without exif_mark before it, if it holds one that can be read.
inline std::optional<int> exif_orientation(std::span<const std::uint8_t> tiff) {
    if (begins_with(tiff, exif_mark)) tiff = tiff.subspan(exif_mark.size());
    if (tiff.size() < 8 || tiff[0] != tiff[1] || (tiff[0] != 'I' && tiff[0] != 'M')) return std::nullopt;
    const TiffReader reader{tiff, tiff[0] == 'I'};
    if (reader.read(2, 2) != 42U) return std::nullopt;
    const std::size_t directory = *reader.read(4, 4);
    const std::size_t entries = reader.read(directory, 2).value_or(0);
    for (std::size_t i = 0; i < entries; ++i) {
        const std::size_t entry = directory + 2 + 12 * i;  // tag, type, count, value: 2 + 2 + 4 + 4 bytes
        const auto tag = reader.read(entry, 2), type = reader.read(entry + 2, 2);
        if (!tag || !type) return std::nullopt;
        const std::size_t size = tiff_integer_bytes(*type);
        if (*tag != 0x0112 || size == 0) continue;
        const auto value = reader.read(entry + 8, size);  // a value of fewer than 4 bytes comes first in its place
        if (!value) return std::nullopt;
        if (*value >= 1 && *value <= 8) return static_cast<int>(*value);
    }
    return std::nullopt;
}

/// The same in ImageMagick's text of a profile: an empty line, its name, its bytes, and the bytes in hexadecimal.
inline std::optional<int> raw_profile_orientation(std::string_view text) {
    for (int line = 0; line < 3; ++line) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) return std::nullopt;
        text.remove_prefix(end + 1);
    }
    constexpr std::string_view digits = "0123456789abcdef";
    std::vector<std::uint8_t> bytes;
    std::size_t value = 1;  // and then its digits
    for (const char letter : text) {
        const std::size_t digit = digits.find(letter);
        if (digit == std::string_view::npos) continue;
        value = value << 4 | digit;
        if (value < 0x100) continue;
        bytes.push_back(static_cast<std::uint8_t>(value & 0xFF));
        value = 1;
    }
    return exif_orientation(bytes);
}

/// The same in XMP, as an attribute or an element, `tiff:Orientation="6"` or `<tiff:Orientation>6<`.
inline std::optional<int> xmp_orientation(std::string_view xmp) {
    constexpr std::string_view name = "tiff:Orientation";
    for (std::size_t at = xmp.find(name); at != std::string_view::npos; at = xmp.find(name, at + 1)) {
        std::string_view rest = xmp.substr(at + name.size());
        for (const std::string_view before : {"=\"", "='", ">"})
            if (rest.starts_with(before)) {
                rest.remove_prefix(before.size());
                if (rest.size() >= 2 && rest[0] >= '1' && rest[0] <= '8' && (rest[1] < '0' || rest[1] > '9'))
                    return rest[0] - '0';
                break;
            }
    }
    return std::nullopt;
}

}  // namespace ditto::detail
