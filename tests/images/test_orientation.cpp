#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "ditto/images/image_file.hpp"
#include "flat_jpeg.hpp"
#include "images.hpp"
#include "png_file.hpp"

using namespace ditto;

namespace {

/// A TIFF file with an orientation, an integer of one of TIFF's types, in the byte order of Intel ("II") or Motorola
/// ("MM").
std::string tiff(int orientation, bool intel, unsigned type = 3, unsigned count = 1) {
    const auto number = [&](unsigned value, int size) {
        std::string bytes;
        for (int i = 0; i < size; ++i) bytes += static_cast<char>(value >> 8 * (intel ? i : size - 1 - i));
        return bytes;
    };
    const int size = type == 1 || type == 6 || type == 2 ? 1 : type == 3 || type == 8 ? 2 : 4;
    std::string value = number(static_cast<unsigned>(orientation), size);
    value.resize(4);
    return std::string(intel ? "II" : "MM") + number(42, 2) + number(8, 4) + number(2, 2) + number(0x0100, 2) +
           number(4, 2) + number(1, 4) + number(640, 4) +  // another entry first
           number(0x0112, 2) + number(type, 2) + number(count, 4) + value + number(0, 4);
}

/// An APP1 segment with an EXIF file.
std::string exif_segment(const std::string& file) {
    return jpeg_segment(0xE1, std::string("Exif\0\0", 6) + file);
}

std::string exif_segment(int orientation, bool intel) {
    return exif_segment(tiff(orientation, intel));
}

std::string with_segment(std::string file, const std::string& segment) {
    return file.insert(2, segment);
}

Image decode(const std::string& bytes) {
    return decode_image({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, "test.jpg");
}

/// Which corner of the image is red and which is green, as "top left" and the like; the rest is blue.
std::string corner(Image image, int channel) {
    for (const int row : {4, image.height - 5})
        for (const int column : {4, image.width - 5})
            if (value(image, row, column, channel) > 200)
                return std::string(row == 4 ? "top " : "bottom ") + (column == 4 ? "left" : "right");
    return "none";
}

}  // namespace

TEST_CASE("all eight orientations") {
    // Stored: red at row 0, column 0; green at row 0, last column. Where the EXIF standard says row 0 and column 0
    // belong, red must be seen; green lies at the other end of row 0.
    Image stored = blank_image(16, 48);
    for (int row = 0; row < 16; ++row)
        for (int column = 0; column < 48; ++column)
            value(stored, row, column, row < 8 && column < 8 ? 0 : row < 8 && column >= 40 ? 1 : 2) = 255;
    struct Expected {
        const char *red, *green;
    };
    const Expected expected[] = {{"top left", "top right"},       {"top right", "top left"},
                                 {"bottom right", "bottom left"}, {"bottom left", "bottom right"},
                                 {"top left", "bottom left"},     {"top right", "bottom right"},
                                 {"bottom right", "top right"},   {"bottom left", "top left"}};
    for (int orientation = 1; orientation <= 8; ++orientation)
        for (const bool intel : {true, false}) {
            CAPTURE(orientation);
            const Image seen = decode(with_segment(jpeg(stored), exif_segment(orientation, intel)));
            CHECK(seen.height == (orientation >= 5 ? 48 : 16));
            CHECK(seen.width == (orientation >= 5 ? 16 : 48));
            CHECK(corner(seen, 0) == expected[orientation - 1].red);
            CHECK(corner(seen, 1) == expected[orientation - 1].green);
        }
}

TEST_CASE("an orientation that cannot be read means upright") {
    const std::string file = jpeg(smooth_image(16, 24)), segment = exif_segment(6, true);
    CHECK(decode(file).width == 24);
    CHECK(decode(with_segment(file, segment)).width == 16);
    CHECK(decode(with_segment(file, exif_segment(0, true))).width == 24);
    CHECK(decode(with_segment(file, exif_segment(9, true))).width == 24);
    CHECK(decode(with_segment(file, std::string("\xFF\xE1\0\x08"
                                                "Exif\0\0",
                                                10)))
              .width == 24);
    for (std::size_t size = 0; size + 10 < segment.size() - 6; ++size) {  // cut before the value
        std::string shorter = segment.substr(0, 10 + size);
        shorter[3] = static_cast<char>(shorter.size() - 2);
        CHECK(decode(with_segment(file, shorter)).width == 24);
    }
    std::string far = segment;
    far[14] = far[15] = far[16] = '\x7F';  // a directory beyond the end
    CHECK(decode(with_segment(file, far)).width == 24);
}

TEST_CASE("an end marker inside a segment does not end the image") {
    const std::string thumbnail("\xFF\xE2\0\x06\xFF\xD8\xFF\xD9", 8);
    const std::string file = with_segment(jpeg(smooth_image(16, 24)), thumbnail);
    CHECK(decode(file).width == 24);
    CHECK(contains(error_of([&] { decode(file.substr(0, file.size() - 2)); }), "cut short"));
    CHECK(contains(error_of([&] { decode(file.substr(0, 10)); }), "cut short"));
}

TEST_CASE("an orientation of any integer type") {
    const std::string file = jpeg(smooth_image(16, 24));
    for (const bool intel : {true, false}) {
        for (const unsigned type : {1U, 3U, 4U, 6U, 8U, 9U}) {
            CAPTURE(type);
            CHECK(decode(with_segment(file, exif_segment(tiff(6, intel, type)))).width == 16);
            CHECK(decode(with_segment(file, exif_segment(tiff(1, intel, type)))).width == 24);
            CHECK(decode(with_segment(file, exif_segment(tiff(0, intel, type)))).width == 24);
            if (type != 1 && type != 6)  // 6 in its last byte
                CHECK(decode(with_segment(file, exif_segment(tiff(-250, intel, type)))).width == 24);
        }
        for (const unsigned type : {0U, 2U, 5U, 7U, 11U, 12U})  // text, fractions, floating point
            CHECK(decode(with_segment(file, exif_segment(tiff(6, intel, type)))).width == 24);
    }
    for (const std::string& other : {"IM" + tiff(6, true).substr(2), "II\x2B" + tiff(6, true).substr(3)})
        CHECK(decode(with_segment(file, exif_segment(other))).width == 24);
}

TEST_CASE("several application segments") {
    const std::string file = jpeg(smooth_image(16, 24));
    const std::string xmp = jpeg_segment(0xE1, std::string("http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>", 43));
    const std::string six = exif_segment(6, true), one = exif_segment(1, false), none = exif_segment(0, true);
    CHECK(decode(with_segment(file, xmp + six)).width == 16);
    CHECK(decode(with_segment(file, six + xmp)).width == 16);
    CHECK(decode(with_segment(file, six + one)).width == 16);  // the first that has one
    CHECK(decode(with_segment(file, one + six)).width == 24);
    CHECK(decode(with_segment(file, none + six)).width == 16);
}

TEST_CASE("a PNG's orientation, before its pixels or after") {
    PngFile file{.height = 2, .width = 1};
    file.sample = [](int row, int, int channel) { return static_cast<unsigned>(row == 0 && channel == 0 ? 255 : 0); };
    for (const bool intel : {true, false})
        for (const unsigned type : {1U, 3U, 4U})
            for (std::string PngFile::*place : {&PngFile::chunks_before, &PngFile::chunks_after}) {
                PngFile turned = file;
                turned.*place = png_chunk("eXIf", tiff(6, intel, type));
                const Image image = decode(turned.bytes());
                CHECK(image.width == 2);
                CHECK(image.pixels == std::vector<std::uint8_t>{0, 0, 0, 255, 0, 0});
                turned.*place = png_chunk("eXIf", tiff(1, intel, type));
                CHECK(decode(turned.bytes()).width == 1);
            }
    file.chunks_before = png_chunk("eXIf", "II");
    CHECK(decode(file.bytes()).width == 1);
}
