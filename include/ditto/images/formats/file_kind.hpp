// What a file is by its first bytes, whatever its name says.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace ditto::detail {

/// Kinds of files that people take for pictures that can be read, by bytes at an offset.
struct FileKind {
    std::size_t offset;
    std::string_view bytes, name;
};

/// The kind of a file that is not read; empty if it is unknown.
inline std::string_view unread_file_kind(std::span<const std::uint8_t> file) {
    using std::string_view_literals::operator""sv;
    constexpr std::array kinds = {
        FileKind{0, "GIF87a"sv, "a GIF"},
        FileKind{0, "GIF89a"sv, "a GIF"},
        FileKind{8, "WEBP"sv, "a WebP"},
        FileKind{4, "ftypavi"sv, "an AVIF"},
        FileKind{4, "ftyphe"sv, "a HEIC"},
        FileKind{4, "ftypmif1"sv, "a HEIC or AVIF"},
        FileKind{4, "ftypmsf1"sv, "a HEIC or AVIF"},
        FileKind{0, "II*\0"sv, "a TIFF or raw"},
        FileKind{0, "MM\0*"sv, "a TIFF or raw"},
        FileKind{0, "\xFF\x0A"sv, "a JPEG XL"},
        FileKind{4, "JXL \r\n"sv, "a JPEG XL"},
        FileKind{4, "jP  \r\n"sv, "a JPEG 2000"},
        FileKind{0, "\xFF\x4F\xFF\x51"sv, "a JPEG 2000"},
        FileKind{0, "8BPS"sv, "a Photoshop"},
        FileKind{0, "%PDF"sv, "a PDF"},
        FileKind{0, "<svg"sv, "an SVG"},
        FileKind{0, "<?xml"sv, "an XML"},
        FileKind{0, "<!DOCTYPE"sv, "an HTML"},
        FileKind{0, "<html"sv, "an HTML"},
        FileKind{0, "PK\3\4"sv, "a ZIP"},
        FileKind{0, "\x1F\x8B"sv, "a gzip"},
        FileKind{0, "P1"sv, "a PBM"},
        FileKind{0, "P2"sv, "a PGM in text form"},
        FileKind{0, "P3"sv, "a PPM in text form"},
        FileKind{0, "P4"sv, "a PBM"},
        FileKind{0, "P7"sv, "a PAM"},
        FileKind{0, "Pf"sv, "a PFM"},
        FileKind{0, "PF"sv, "a PFM"},
        FileKind{0, "BM"sv, "a BMP"},
    };
    for (const FileKind& kind : kinds) {
        if (file.size() < kind.offset + kind.bytes.size()) continue;
        const auto* first = reinterpret_cast<const char*>(file.data()) + kind.offset;
        if (std::string_view(first, kind.bytes.size()) == kind.bytes) return kind.name;
    }
    return {};
}

}  // namespace ditto::detail
