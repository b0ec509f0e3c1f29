// JPEG and PNG by stb_image, which needs no library. Behind the walks, which know what stb_image takes on trust.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ditto/images/formats/checksums.hpp"
#include "ditto/images/formats/jpeg.hpp"
#include "ditto/images/formats/png.hpp"
#include "ditto/images/formats/png_pixels.hpp"
#include "ditto/images/formats/refusal.hpp"
#include "ditto/images/formats/stb.hpp"
#include "ditto/images/formats/stb_write.hpp"
#include "ditto/images/image.hpp"

namespace ditto::detail {

[[noreturn]] inline void refuse_stb(const std::string& name) {
    const char* reason = stb::stbi_failure_reason();
    refuse_damaged(name, std::string("cannot be decoded (") + (reason == nullptr ? "stb_image" : reason) + ")");
}

/// The samples [height, width, channels] of a file in memory, from one of stb's functions. Throws Error if they are not
/// there, or not of this size.
template <class Sample>
std::span<const Sample> stb_samples(Sample* (*load)(const stb::stbi_uc*, int, int*, int*, int*, int),
                                    std::span<const std::uint8_t> bytes, int height, int width, int channels,
                                    std::unique_ptr<Sample, void (*)(void*)>& owner, const std::string& name) {
    int loaded_width = 0, loaded_height = 0, loaded_channels = 0;
    owner.reset(
        load(bytes.data(), static_cast<int>(bytes.size()), &loaded_width, &loaded_height, &loaded_channels, channels));
    if (!owner || loaded_width != width || loaded_height != height) refuse_stb(name);
    return {owner.get(),
            static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * static_cast<std::size_t>(channels)};
}

/// Bytes that decode_jpeg() takes: planes of one byte for each coefficient, the coefficients where they are kept, and
/// the picture; or the picture twice.
inline std::int64_t decoding_bytes(const JpegStructure& jpeg) {
    const std::int64_t picture = 3 * jpeg.frame.pixels(), coefficients = jpeg.frame.coefficient_bytes();
    return picture + std::max(picture, coefficients / 2 + (jpeg.frame.progressive ? coefficients : 0));
}

/// The pixels of a JPEG file as they are stored, RGB. Throws Error if it is damaged, or CMYK.
inline Image decode_jpeg(std::span<const std::uint8_t> bytes, const JpegStructure& jpeg, const std::string& name) {
    if (jpeg.frame.components.size() == 4) refuse_unsupported(name, "CMYK, in a build without libjpeg,");
    std::unique_ptr<stb::stbi_uc, void (*)(void*)> owner(nullptr, stb::stbi_image_free);
    const auto pixels = stb_samples<stb::stbi_uc>(stb::stbi_load_from_memory, bytes, jpeg.frame.height,
                                                  jpeg.frame.width, 3, owner, name);
    return {jpeg.frame.height, jpeg.frame.width, {pixels.begin(), pixels.end()}};
}

/// Bytes of all rows of a PNG before they are compressed: each row of each pass begins with the number of its filter.
inline std::size_t png_raw_bytes(const PngStructure& png) {
    struct Pass {
        int first_row, first_column, row_step, column_step;
    };
    constexpr std::array<Pass, 7> adam7 = {
        {{0, 0, 8, 8}, {0, 4, 8, 8}, {4, 0, 8, 4}, {0, 2, 4, 4}, {2, 0, 4, 2}, {0, 1, 2, 2}, {1, 0, 2, 1}}};
    constexpr std::array<Pass, 1> whole = {{{0, 0, 1, 1}}};
    const std::span<const Pass> passes = png.interlaced ? std::span<const Pass>(adam7) : std::span<const Pass>(whole);
    std::size_t total = 0;
    for (const Pass& pass : passes) {
        const int rows = (png.height - pass.first_row + pass.row_step - 1) / pass.row_step;
        const int columns = (png.width - pass.first_column + pass.column_step - 1) / pass.column_step;
        if (rows <= 0 || columns <= 0) continue;
        const std::size_t bits = static_cast<std::size_t>(columns) * static_cast<std::size_t>(png.channels * png.depth);
        total += static_cast<std::size_t>(rows) * (1 + (bits + 7) / 8);
    }
    return total;
}

/// Throws Error unless the compressed pixels are all of the picture's, and their checksum is right.
inline void require_whole_png_data(const PngStructure& png, std::span<const std::uint8_t> data,
                                   const std::string& name) {
    std::vector<std::uint8_t> raw(png_raw_bytes(png));
    const int size =
        stb::stbi_zlib_decode_buffer(reinterpret_cast<char*>(raw.data()), static_cast<int>(raw.size()),
                                     reinterpret_cast<const char*>(data.data()), static_cast<int>(data.size()));
    if (size < 0 || static_cast<std::size_t>(size) != raw.size())
        refuse_damaged(name, "cannot be decoded (its pixels are not as many as it says)");
    // stb_image does not say where the stream ends; after it nothing may come.
    if (data.size() < 4 || adler32(raw) != big_endian(data.last(4)))
        refuse_damaged(name, "the checksum of its pixels is wrong");
}

/// Appends a chunk, its payload in pieces, to a PNG file; stb_image does not look at its checksum.
inline void append_png_chunk(std::vector<std::uint8_t>& file, std::string_view type,
                             std::span<const std::span<const std::uint8_t>> payload) {
    std::size_t size = 0;
    for (const auto& piece : payload) size += piece.size();
    for (int shift = 24; shift >= 0; shift -= 8) file.push_back(static_cast<std::uint8_t>(size >> shift));
    file.insert(file.end(), type.begin(), type.end());
    for (const auto& piece : payload) file.insert(file.end(), piece.begin(), piece.end());
    file.insert(file.end(), 4, std::uint8_t{0});
}

/// Bytes that decode_png() takes. stb_image has its own copy of the compressed pixels, in a block of up to twice their
/// size. It makes room for the rows as they are without passes, and twice that where it turns out too little, while the
/// old room is still there; then it needs the rows and the samples, of passes up to twice.
inline std::int64_t decoding_bytes(const PngStructure& png) {
    const std::int64_t data = png.data_bytes(), samples = png.all_sample_bytes();
    const auto rows = static_cast<std::int64_t>(png_raw_bytes(png));
    const std::int64_t passes = png.interlaced ? 2 : 1;
    return data + std::max({2 * data + (2 * passes - 1) * rows, passes * (rows + samples), 2 * samples,
                            image_from_samples_bytes(png)});
}

/// The pixels of a PNG file as they are stored, RGB. Throws Error if it is damaged.
inline Image decode_png(std::span<const std::uint8_t>, const PngStructure& png, const std::string& name) {
    // The samples alone, as grey where they are a palette's: stb_image would read colours beyond its end.
    std::vector<std::uint8_t> file = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    const auto data_bytes = static_cast<std::size_t>(png.data_bytes());
    file.reserve(data_bytes + 100);
    std::vector<std::uint8_t> header(png.header.begin(), png.header.end());
    if (!png.palette.empty()) header[9] = 0;
    append_png_chunk(file, "IHDR", std::array{std::span<const std::uint8_t>(header)});
    append_png_chunk(file, "IDAT", png.data);
    require_whole_png_data(png, std::span(file).last(data_bytes + 4).first(data_bytes), name);
    append_png_chunk(file, "IEND", {});
    std::vector<std::uint8_t> samples;
    if (png.depth == 16) {
        std::unique_ptr<stb::stbi_us, void (*)(void*)> owner(nullptr, stb::stbi_image_free);
        const auto loaded = stb_samples<stb::stbi_us>(stb::stbi_load_16_from_memory, file, png.height, png.width,
                                                      png.channels, owner, name);
        samples.reserve(2 * loaded.size());
        for (const stb::stbi_us sample : loaded) {
            samples.push_back(static_cast<std::uint8_t>(sample >> 8));
            samples.push_back(static_cast<std::uint8_t>(sample & 255));
        }
    } else {
        std::unique_ptr<stb::stbi_uc, void (*)(void*)> owner(nullptr, stb::stbi_image_free);
        const auto loaded = stb_samples<stb::stbi_uc>(stb::stbi_load_from_memory, file, png.height, png.width,
                                                      png.channels, owner, name);
        samples.assign(loaded.begin(), loaded.end());
        const int white = (1 << png.depth) - 1;  // stb_image has scaled it to 255
        for (std::uint8_t& sample : samples) sample = static_cast<std::uint8_t>(sample / (255 / white));
    }
    return image_from_samples(png, std::move(samples), name);
}

/// A compressed text; empty where it is damaged, or of more than a mebibyte.
inline std::string inflate_text(std::span<const std::uint8_t> compressed) {
    std::string text(std::size_t{1} << 20, '\0');
    const int size = stb::stbi_zlib_decode_buffer(text.data(), static_cast<int>(text.size()),
                                                  reinterpret_cast<const char*>(compressed.data()),
                                                  static_cast<int>(compressed.size()));
    text.resize(static_cast<std::size_t>(std::max(size, 0)));
    return text;
}

/// What stb_image_write hands on, put together.
inline void append_encoded(void* target, void* data, int size) {
    const auto* begin = static_cast<const std::uint8_t*>(data);
    auto& all = *static_cast<std::vector<std::uint8_t>*>(target);
    all.insert(all.end(), begin, begin + size);
}

/// An image as a PNG file; empty if it cannot be encoded.
inline std::vector<std::uint8_t> encode_png(const Image& image) {
    std::vector<std::uint8_t> bytes;
    if (stb::stbi_write_png_to_func(append_encoded, &bytes, image.width, image.height, 3, image.pixels.data(),
                                    3 * image.width) == 0)
        bytes.clear();
    return bytes;
}

/// An image as a JPEG file of a quality from 1 to 100; empty if it cannot be encoded.
inline std::vector<std::uint8_t> encode_jpeg(const Image& image, int quality) {
    std::vector<std::uint8_t> bytes;
    if (stb::stbi_write_jpg_to_func(append_encoded, &bytes, image.width, image.height, 3, image.pixels.data(),
                                    quality) == 0)
        bytes.clear();
    return bytes;
}

}  // namespace ditto::detail
