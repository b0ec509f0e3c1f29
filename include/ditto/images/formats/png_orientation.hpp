// How a PNG's camera was held: EXIF in the chunk for it, or in a text, as ImageMagick writes it, or XMP.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ditto/images/formats/codec.hpp"
#include "ditto/images/formats/exif.hpp"
#include "ditto/images/formats/png.hpp"

namespace ditto::detail {

/// An orientation, 1 to 8: the first that can be read of EXIF's chunk, EXIF in a text, and XMP, in Pillow's order; 1
/// (upright) where there is none.
inline int png_orientation(const PngStructure& png) {
    if (png.orientation) return *png.orientation;
    for (const std::string_view keyword : {exif_keyword, xmp_keyword})
        for (const PngText& text : png.texts) {
            if (text.keyword != keyword) continue;
            const std::string whole =
                text.compressed ? inflate_text(text.text) : std::string(text.text.begin(), text.text.end());
            const std::optional<int> orientation =
                keyword == exif_keyword ? raw_profile_orientation(whole) : xmp_orientation(whole);
            if (orientation) return *orientation;
        }
    return 1;
}

}  // namespace ditto::detail
