// Reading images from JPEG, PNG, PGM and PPM files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "ditto/core/error.hpp"
#include "ditto/core/read_file.hpp"
#include "ditto/images/formats/codec.hpp"
#include "ditto/images/formats/file_kind.hpp"
#include "ditto/images/formats/jpeg.hpp"
#include "ditto/images/formats/jpeg_entropy.hpp"
#include "ditto/images/formats/netpbm.hpp"
#include "ditto/images/formats/png.hpp"
#include "ditto/images/formats/png_orientation.hpp"
#include "ditto/images/image.hpp"
#include "ditto/images/orientation.hpp"

namespace ditto {

/// Decodes the bytes of a JPEG, PNG, binary PGM or binary PPM file to RGB: grey becomes RGB, transparency is dropped
/// (the colours are those that are stored), 16 bits become 8, a JPEG or PNG is turned upright as its EXIF or XMP
/// orientation says. `name` stands in errors. Throws Error if the bytes are none of these formats, are cut short or
/// damaged, are of a kind that is not decoded, or claim more than `largest_image_pixels` or `largest_decoding_bytes`.
inline Image decode_image(std::span<const std::uint8_t> bytes, const std::string& name) {
    if (bytes.empty()) throw Error(name + ": the file is empty; replace it or remove it from the list");
    if (detail::begins_with(bytes, "\xFF\xD8")) {
        const JpegStructure jpeg = inspect_jpeg(bytes, name);
        detail::require_decoding_bytes(detail::decoding_bytes(jpeg), name);
        detail::require_whole_scans(bytes, jpeg, name);
        return upright(detail::decode_jpeg(bytes, jpeg, name), jpeg.orientation);
    }
    if (detail::begins_with(bytes, "\x89PNG\r\n\x1A\n")) {
        const PngStructure png = inspect_png(bytes, name);
        detail::require_decoding_bytes(detail::decoding_bytes(png), name);
        return upright(detail::decode_png(bytes, png, name), detail::png_orientation(png));
    }
    if (detail::begins_with(bytes, "P5") || detail::begins_with(bytes, "P6")) return decode_netpbm(bytes, name);
    const std::string_view kind = detail::unread_file_kind(bytes);
    if (!kind.empty())
        throw Error(name + ": " + std::string(kind) + " file, whatever its name says: convert it to JPEG or PNG");
    throw Error(name + ": not a JPEG, PNG, binary PGM or binary PPM file, whatever its name says; convert it");
}

/// Reads and decodes an image file: see decode_image(). Throws Error also if the file is missing or not readable.
inline Image load_image(const std::filesystem::path& path) {
    return decode_image(read_file(path), path.string());
}

}  // namespace ditto
