// Binary PGM and PPM files.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "ditto/images/formats/png_pixels.hpp"
#include "ditto/images/formats/refusal.hpp"
#include "ditto/images/image.hpp"

namespace ditto {

/// The header of a binary PGM (P5, grey) or PPM (P6, RGB) file.
struct NetpbmHeader {
    std::size_t channels = 0, width = 0, height = 0;
    std::size_t largest = 0;  ///< the value that means white; values above 255 take two bytes, the high one first
    std::size_t size = 0;     ///< bytes before the first pixel

    std::size_t value_bytes() const { return largest > 255 ? 2 : 1; }  ///< of a channel of a pixel
};

/// Reads the header of a file that begins with "P5" or "P6". Throws Error, with `name`, if it is malformed.
inline NetpbmHeader parse_netpbm_header(std::span<const std::uint8_t> bytes, const std::string& name) {
    std::size_t offset = 2;
    const auto is_space = [](std::uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
    const auto is_digit = [](std::uint8_t c) { return c >= '0' && c <= '9'; };
    bool separated = true;  // a number and what is before it are not run together
    const auto read_number = [&]() -> std::size_t {
        const std::size_t begin = offset;
        while (offset < bytes.size() && (is_space(bytes[offset]) || bytes[offset] == '#')) {
            if (bytes[offset] == '#')
                while (offset < bytes.size() && bytes[offset] != '\n') ++offset;
            else
                ++offset;
        }
        separated = separated && offset > begin;
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
    if (!separated || offset >= bytes.size() || !is_space(bytes[offset]) || header.width == 0 || header.height == 0 ||
        header.largest == 0 || header.largest > 65535)
        throw Error(name + ": the PGM or PPM header is malformed; replace it or remove it from the list");
    return header;
}

/// Decodes a file that begins with "P5" or "P6": its values scaled to 0..255, grey as RGB. Throws Error, with `name`,
/// if it is damaged, cut short or too large, or if it goes on behind its pixels.
inline Image decode_netpbm(std::span<const std::uint8_t> bytes, const std::string& name) {
    const NetpbmHeader header = parse_netpbm_header(bytes, name);
    detail::require_image_size(static_cast<std::int64_t>(header.height), static_cast<std::int64_t>(header.width), name);
    const std::size_t pixels = header.height * header.width, step = header.value_bytes();
    const std::size_t size = pixels * header.channels * step;
    std::span<const std::uint8_t> raster = bytes.subspan(header.size);
    if (raster.size() < size) detail::refuse_cut_short(name);
    // A header written as text on Windows: its last line ends in two bytes, where the format has one.
    if (raster.size() == size + 1 && bytes[header.size - 1] == '\r' && raster[0] == '\n') raster = raster.subspan(1);
    if (raster.size() > size)
        throw Error(name + ": " + std::to_string(raster.size() - size) +
                    " bytes follow its pixels; the file is damaged, or holds several pictures: replace it, split it or "
                    "remove it from the list");
    Image image{static_cast<int>(header.height), static_cast<int>(header.width), {}};
    image.pixels.resize(pixels * 3);
    std::size_t largest = 0;
    for (std::size_t i = 0; i < image.pixels.size(); ++i) {
        const std::size_t at = (header.channels == 3 ? i : i / 3) * step;
        const std::size_t value = step == 1 ? raster[at] : std::size_t{raster[at]} << 8 | raster[at + 1];
        largest = std::max(largest, value);
        image.pixels[i] = static_cast<std::uint8_t>((255 * value + header.largest / 2) / header.largest);
    }
    if (largest > header.largest)
        detail::refuse_damaged(
            name, "a value is " + std::to_string(largest) + ", and white only " + std::to_string(header.largest));
    if (header.largest == 65535) detail::require_16_bits(largest, name);
    return image;
}

}  // namespace ditto
