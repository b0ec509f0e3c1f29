// The gate before every JPEG decoder: a walk over a file's segments that lets through what can be decoded rightly.
// Decoders believe much that a file says: without this a component without a scan is whatever memory held.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ditto/images/formats/exif.hpp"
#include "ditto/images/formats/jpeg_frame.hpp"
#include "ditto/images/formats/jpeg_scans.hpp"
#include "ditto/images/formats/jpeg_tables.hpp"
#include "ditto/images/formats/refusal.hpp"

namespace ditto {

/// What is known of a JPEG file before it is decoded.
struct JpegStructure {
    detail::JpegFrame frame;   ///< size and components
    int scans = 0;             ///< 1, or more
    int orientation = 1;       ///< of EXIF, or else of XMP, 1 to 8; 1 (upright) where none can be read
    std::optional<int> adobe;  ///< the colour transform of Adobe's segment, where there is one
};

namespace detail {

/// The offset of the marker that ends a scan's data; nothing where the file ends before. Stuffed zeros, fill bytes and
/// restart markers are part of the data.
inline std::optional<std::size_t> end_of_scan(std::span<const std::uint8_t> bytes, std::size_t offset) {
    while (offset + 1 < bytes.size()) {
        const void* found = std::memchr(bytes.data() + offset, 0xFF, bytes.size() - 1 - offset);
        if (found == nullptr) return std::nullopt;
        offset = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - bytes.data());
        const std::uint8_t code = bytes[offset + 1];
        if (code == 0xFF)
            ++offset;
        else if (code == 0x00 || (code >= 0xD0 && code <= 0xD7))
            offset += 2;
        else
            return offset;
    }
    return std::nullopt;
}

/// What application segments say: how the camera was held, in EXIF and in XMP, and Adobe's colours.
struct JpegApplications {
    std::optional<int> exif, xmp;
    std::optional<int> adobe;

    void read(std::uint8_t code, std::span<const std::uint8_t> payload) {
        constexpr std::string_view xmp_mark("http://ns.adobe.com/xap/1.0/\0", 29);
        if (code == 0xE1 && !exif && begins_with(payload, exif_mark)) exif = exif_orientation(payload);
        if (code == 0xE1 && !xmp && begins_with(payload, xmp_mark))
            xmp = xmp_orientation({reinterpret_cast<const char*>(payload.data()), payload.size()});
        if (code == 0xEE && payload.size() >= 12 && begins_with(payload, "Adobe")) adobe = payload[11];
    }
};

}  // namespace detail

/// Walks the segments of a JPEG file (ITU-T T.81, annex B) without decoding them. Throws Error, with `name`, if the
/// file is cut short or damaged, if it is of a kind that is not decoded, or too large.
inline JpegStructure inspect_jpeg(std::span<const std::uint8_t> bytes, const std::string& name) {
    JpegStructure structure;
    detail::JpegTables tables;
    detail::JpegScans scans;
    detail::JpegApplications applications;
    bool framed = false;
    std::size_t offset = 2;  // behind the start-of-image marker
    for (;;) {
        if (offset >= bytes.size()) detail::refuse_cut_short(name);
        if (bytes[offset] != 0xFF) detail::refuse_damaged(name, "bytes stand between its segments");
        while (offset < bytes.size() && bytes[offset] == 0xFF) ++offset;  // fill bytes
        if (offset >= bytes.size()) detail::refuse_cut_short(name);
        const std::uint8_t code = bytes[offset++];
        if (code == 0xD9) break;  // end of image
        if (const char* kind = detail::unsupported_jpeg(code)) detail::refuse_unsupported(name, kind);
        if (code < 0xC0 || code == 0xC8 || (code >= 0xD0 && code <= 0xD8) || (code >= 0xF0 && code <= 0xFD))
            detail::refuse_damaged(name, "a marker stands where none may be");
        if (bytes.size() - offset < 2) detail::refuse_cut_short(name);
        const std::size_t length = std::size_t{bytes[offset]} << 8 | bytes[offset + 1];  // counts its own two bytes
        if (length < 2) detail::refuse_damaged(name, "a segment has no length");
        if (bytes.size() - offset < length) detail::refuse_cut_short(name);
        const std::span<const std::uint8_t> payload = bytes.subspan(offset + 2, length - 2);
        offset += length;

        if (code >= 0xC0 && code <= 0xC2) {
            if (framed) detail::refuse_damaged(name, "it has two frame headers");
            structure.frame = detail::read_jpeg_frame(code, payload, name);
            framed = true;
        } else if (code == 0xC4) {
            tables.read_huffman(payload, name);
        } else if (code == 0xDB) {
            tables.read_quantization(payload, name);
        } else if (code == 0xDD && payload.size() != 2) {
            detail::refuse_damaged(name, "the restart interval is malformed");
        } else if (code == 0xDA) {
            if (!framed) detail::refuse_damaged(name, "a scan comes before the frame header");
            scans.read(structure.frame, tables, payload, name);
            const std::optional<std::size_t> end = detail::end_of_scan(bytes, offset);
            if (!end) detail::refuse_cut_short(name);
            offset = *end;
        } else if (scans.count() == 0) {
            applications.read(code, payload);
        }
    }
    if (!framed) detail::refuse_damaged(name, "it has no frame header");
    scans.require_all(structure.frame, name);
    structure.scans = scans.count();
    structure.orientation = applications.exif.value_or(applications.xmp.value_or(1));
    structure.adobe = applications.adobe;
    return structure;
}

}  // namespace ditto
