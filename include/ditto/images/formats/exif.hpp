// How the camera was held: the orientation in a file's EXIF data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

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

/// EXIF tag 0x0112, 1 to 8, in a TIFF file, if it holds one that can be read.
inline std::optional<int> exif_orientation(std::span<const std::uint8_t> tiff) {
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

}  // namespace ditto::detail
