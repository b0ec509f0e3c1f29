// What the targets that decode have in common: they are not kept busy with huge pictures, and an error is an answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "ditto/core/error.hpp"
#include "ditto/images/image_file.hpp"
#include "right_checksums.hpp"

/// Decodes a file, as it is and with right checksums, unless it claims more than a million pixels. Twice: memory that
/// is left over from elsewhere would not be the same again.
inline void decode_small_pictures(const std::uint8_t* data, std::size_t size) {
    constexpr std::int64_t most = 1'000'000;
    for (const bool right : {false, true}) try {
            const Bytes bytes = right ? with_right_checksums({data, size}) : Bytes(data, data + size);
            std::int64_t pixels = 0;
            if (ditto::detail::begins_with(bytes, "\xFF\xD8")) {
                const ditto::JpegStructure jpeg = ditto::inspect_jpeg(bytes, "input");
                pixels = std::int64_t{jpeg.frame.height} * jpeg.frame.width * (jpeg.scans + 1) / 2;
            } else if (ditto::detail::begins_with(bytes, "\x89PNG\r\n\x1A\n")) {
                const ditto::PngStructure png = ditto::inspect_png(bytes, "input");
                pixels = std::int64_t{png.height} * png.width;
            }
            if (pixels > most) continue;
            const ditto::Image image = ditto::decode_image(bytes, "input");
            const std::size_t expected =
                3 * static_cast<std::size_t>(image.height) * static_cast<std::size_t>(image.width);
            if (image.height < 1 || image.width < 1 || image.pixels.size() != expected) std::abort();
            const Bytes scratch(image.pixels.size() + 1000, 0xA5);
            if (ditto::decode_image(bytes, "input").pixels != image.pixels) std::abort();
        } catch (const ditto::Error&) {
        }
}
