// The gate before every PNG decoder: a walk over a file's chunks that lets through what can be decoded rightly.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ditto/images/formats/checksums.hpp"
#include "ditto/images/formats/exif.hpp"
#include "ditto/images/formats/refusal.hpp"

namespace ditto {

/// A text in a PNG file (ISO 15948, 11.3.4).
struct PngText {
    std::string_view keyword;
    std::span<const std::uint8_t> text;
    bool compressed = false;
};

/// What is known of a PNG file before it is decoded.
struct PngStructure {
    int height = 0, width = 0;
    int depth = 0;     ///< bits of a sample: 1, 2, 4, 8 or 16
    int channels = 0;  ///< samples of a pixel: 1 grey or palette, 2 grey and alpha, 3 RGB, 4 RGBA
    bool interlaced = false;
    std::span<const std::uint8_t> palette;            ///< [entries, 3] RGB; empty where the samples are the colours
    std::span<const std::uint8_t> header;             ///< the 13 bytes of its first chunk
    std::vector<std::span<const std::uint8_t>> data;  ///< the compressed pixels, in pieces
    std::optional<int> orientation;                   ///< EXIF tag 0x0112, 1 to 8, of the chunk for it
    std::vector<PngText> texts;                       ///< those in which programs keep an orientation

    /// Bytes of a sample as decoders give it.
    int sample_bytes() const { return depth == 16 ? 2 : 1; }
    /// Of all samples.
    std::int64_t all_sample_bytes() const { return pixels() * channels * sample_bytes(); }
    /// Of the picture.
    std::int64_t pixels() const { return std::int64_t{height} * width; }
    /// Of the compressed pixels.
    std::int64_t data_bytes() const {
        std::int64_t sum = 0;
        for (const auto& piece : data) sum += static_cast<std::int64_t>(piece.size());
        return sum;
    }
};

namespace detail {

inline std::uint32_t big_endian(std::span<const std::uint8_t> bytes) {
    return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 | bytes[3];
}

/// Reads the payload of the first chunk, IHDR. Throws Error if it is malformed or claims too many pixels.
inline void read_png_header(std::span<const std::uint8_t> payload, PngStructure& png, bool& paletted,
                            const std::string& name) {
    if (payload.size() != 13) refuse_damaged(name, "the header is malformed");
    const std::uint32_t width = big_endian(payload), height = big_endian(payload.subspan(4));
    require_image_size(height, width, name);
    png.header = payload;
    png.width = static_cast<int>(width);
    png.height = static_cast<int>(height);
    png.depth = payload[8];
    const int colour = payload[9];
    paletted = colour == 3;
    png.channels = colour == 2 ? 3 : colour == 4 ? 2 : colour == 6 ? 4 : 1;
    png.interlaced = payload[12] == 1;
    const bool power = png.depth == 1 || png.depth == 2 || png.depth == 4 || png.depth == 8 || png.depth == 16;
    const bool fits =
        colour == 0 || (paletted && png.depth <= 8) || ((colour == 2 || colour == 4 || colour == 6) && png.depth >= 8);
    if (width == 0 || height == 0 || !power || !fits || payload[10] != 0 || payload[11] != 0 || payload[12] > 1)
        refuse_damaged(name, "the header is malformed");
}

/// A chunk of a PNG file.
struct PngChunk {
    std::string_view type;
    std::span<const std::uint8_t> payload;

    bool critical() const { return (type[0] & 0x20) == 0; }  ///< cannot be passed over
};

/// The texts in which programs keep EXIF and XMP.
inline constexpr std::string_view exif_keyword = "Raw profile type exif", xmp_keyword = "XML:com.adobe.xmp";

/// The text that a chunk holds, if it is one in which there may be an orientation.
inline std::optional<PngText> read_png_text(const PngChunk& chunk) {
    const bool international = chunk.type == "iTXt";
    if (chunk.type != "tEXt" && chunk.type != "zTXt" && !international) return std::nullopt;
    std::span<const std::uint8_t> rest = chunk.payload;
    const auto take_word = [&rest] {
        const auto end = std::find(rest.begin(), rest.end(), 0);
        const std::string_view word(reinterpret_cast<const char*>(rest.data()),
                                    static_cast<std::size_t>(end - rest.begin()));
        rest = rest.subspan(std::min(rest.size(), word.size() + 1));
        return word;
    };
    PngText text{take_word(), {}, chunk.type == "zTXt"};
    if (text.keyword != exif_keyword && text.keyword != xmp_keyword) return std::nullopt;
    const std::size_t numbers = international ? 2 : text.compressed ? 1 : 0;  // whether, and how, it is compressed
    if (rest.size() < numbers) return std::nullopt;
    if (international) text.compressed = rest[0] != 0;
    rest = rest.subspan(numbers);
    if (international) {
        take_word();  // its language
        take_word();  // the keyword in that
    }
    text.text = rest;
    return text;
}

/// The chunk at `offset`, which is moved behind it. Throws Error if the file ends in it, or its checksum is wrong.
inline PngChunk next_png_chunk(std::span<const std::uint8_t> bytes, std::size_t& offset, const std::string& name) {
    constexpr std::size_t around = 12;  // length, type and checksum
    if (bytes.size() - offset < around) refuse_cut_short(name);
    const std::size_t length = big_endian(bytes.subspan(offset));
    if (bytes.size() - offset - around < length) refuse_cut_short(name);
    const auto checked = bytes.subspan(offset + 4, 4 + length);
    const PngChunk chunk{{reinterpret_cast<const char*>(checked.data()), 4}, checked.subspan(4)};
    for (const char letter : chunk.type)
        if ((letter < 'a' || letter > 'z') && (letter < 'A' || letter > 'Z'))
            refuse_damaged(name, "a chunk has no name");
    if (crc32(checked) != big_endian(bytes.subspan(offset + 8 + length)))
        refuse_damaged(name, "the checksum of its chunk " + std::string(chunk.type) + " is wrong");
    offset += around + length;
    return chunk;
}

}  // namespace detail

/// Walks the chunks of a PNG file (ISO 15948) without decoding them. Throws Error, with `name`, if the file is cut
/// short or damaged, if it is of a kind that is not decoded, or too large.
inline PngStructure inspect_png(std::span<const std::uint8_t> bytes, const std::string& name) {
    PngStructure png;
    bool paletted = false, data_ended = false;
    std::size_t offset = 8;  // behind the signature
    if (bytes.size() < offset) detail::refuse_cut_short(name);
    for (;;) {
        const detail::PngChunk chunk = detail::next_png_chunk(bytes, offset, name);
        if (chunk.type == "CgBI") detail::refuse_unsupported(name, "Apple's own form of PNG, of iOS apps (CgBI),");
        if ((chunk.type == "IHDR") != png.header.empty())
            detail::refuse_damaged(name, "its header is not where it must be");
        data_ended |= !png.data.empty() && chunk.type != "IDAT";
        if (chunk.type == "IHDR") {
            detail::read_png_header(chunk.payload, png, paletted, name);
        } else if (chunk.type == "PLTE") {
            const std::size_t entries = chunk.payload.size() / 3;
            if (!png.palette.empty() || !png.data.empty() || png.channels < 3 - 2 * int{paletted} || entries == 0 ||
                chunk.payload.size() % 3 != 0 || entries > (paletted ? std::size_t{1} << png.depth : 256))
                detail::refuse_damaged(name, "the palette is malformed");
            png.palette = chunk.payload;
        } else if (chunk.type == "IDAT") {
            if (data_ended) detail::refuse_damaged(name, "its pixels are torn apart");
            if (paletted && png.palette.empty()) detail::refuse_damaged(name, "the palette is missing");
            png.data.push_back(chunk.payload);
        } else if (chunk.type == "IEND") {
            if (!chunk.payload.empty()) detail::refuse_damaged(name, "the end is malformed");
            break;
        } else if (chunk.type == "eXIf") {
            if (!png.orientation) png.orientation = detail::exif_orientation(chunk.payload);
        } else if (const auto text = detail::read_png_text(chunk)) {
            png.texts.push_back(*text);
        } else if (chunk.critical()) {
            detail::refuse_unsupported(name, "PNG's chunk " + std::string(chunk.type));
        }
    }
    if (png.data.empty()) detail::refuse_damaged(name, "it has no pixels");
    if (!paletted) png.palette = {};  // a suggestion for screens of few colours
    return png;
}

}  // namespace ditto
