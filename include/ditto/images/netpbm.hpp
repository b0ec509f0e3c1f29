// Binary PGM and PPM files. stb_image reads them too, but takes missing pixels, the largest value and the byte order of
// 16-bit files for granted, in silence.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "ditto/images/image.hpp"

namespace ditto {

/// The header of a binary PGM (P5, grey) or PPM (P6, RGB) file.
struct NetpbmHeader {
    std::size_t channels = 0, width = 0, height = 0;
    std::size_t largest = 0;  ///< the value that means white; values above 255 take two bytes, the high one first
    std::size_t size = 0;     ///< bytes before the first pixel

    std::size_t value_bytes() const { return largest > 255 ? 2 : 1; }  ///< of a channel of a pixel
};

/// Reads the header of a file that begins with "P5" or "P6"; nothing if it is malformed.
inline std::optional<NetpbmHeader> parse_netpbm_header(std::span<const std::uint8_t> bytes) {
    std::size_t offset = 2;
    const auto is_space = [](std::uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
    const auto is_digit = [](std::uint8_t c) { return c >= '0' && c <= '9'; };
    const auto read_number = [&]() -> std::size_t {
        while (offset < bytes.size() && (is_space(bytes[offset]) || bytes[offset] == '#')) {
            if (bytes[offset] == '#')
                while (offset < bytes.size() && bytes[offset] != '\n') ++offset;
            else
                ++offset;
        }
        std::size_t number = 0;
        for (; offset < bytes.size() && is_digit(bytes[offset]) && number < 100'000'000; ++offset)
            number = 10 * number + (bytes[offset] - std::size_t{'0'});
        return number;
    };
    NetpbmHeader header;
    header.channels = bytes[1] == '6' ? 3 : 1;
    header.width = read_number();
    header.height = read_number();
    header.largest = read_number();
    header.size = offset + 1;  // one space ends the header
    if (offset >= bytes.size() || !is_space(bytes[offset]) || header.width == 0 || header.height == 0 ||
        header.largest == 0 || header.largest > 65535)
        return std::nullopt;
    return header;
}

/// The pixels behind `header`, scaled to 0..255, grey as RGB; nothing if the file is too short.
inline std::optional<Image> decode_netpbm(std::span<const std::uint8_t> bytes, const NetpbmHeader& header) {
    const std::size_t pixels = header.height * header.width, step = header.value_bytes();
    if (bytes.size() - header.size < pixels * header.channels * step) return std::nullopt;
    const std::span<const std::uint8_t> raster = bytes.subspan(header.size);
    Image image{static_cast<int>(header.height), static_cast<int>(header.width), {}};
    image.pixels.resize(pixels * 3);
    for (std::size_t i = 0; i < image.pixels.size(); ++i) {
        const std::size_t at = (header.channels == 3 ? i : i / 3) * step;
        const std::size_t value = step == 1 ? raster[at] : std::size_t{raster[at]} << 8 | raster[at + 1];
        image.pixels[i] =
            static_cast<std::uint8_t>((255 * std::min(value, header.largest) + header.largest / 2) / header.largest);
    }
    return image;
}

}  // namespace ditto
