// What decodes and encodes JPEG and PNG: libjpeg-turbo and libpng where they are found, otherwise, or where a build
// defines DITTO_COMPILE_STB in all of its files, stb_image, which needs no library. Either gives
//   Image decode_jpeg(bytes, JpegStructure, name)     std::vector<std::uint8_t> encode_jpeg(Image, quality)
//   Image decode_png(bytes, PngStructure, name)       std::vector<std::uint8_t> encode_png(Image)
//   std::string inflate_text(bytes)
//   std::int64_t decoding_bytes(JpegStructure or PngStructure): what the first two take beside the file
#pragma once

#if !defined(DITTO_COMPILE_STB) && __has_include(<jpeglib.h>) && __has_include(<png.h>)
#include "ditto/images/formats/libjpeg.hpp"
#include "ditto/images/formats/libpng.hpp"
namespace ditto::detail {
inline constexpr const char* picture_codec_name = "libjpeg,libpng";  ///< which of the two this build has
}
#else
#include "ditto/images/formats/stb_codec.hpp"
namespace ditto::detail {
inline constexpr const char* picture_codec_name = "stb_image";
}
#endif
