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
    const std::string xmp = jpeg_segment(0xE1, std::string("http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>", 41));
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
    file.chunks_after = png_chunk("eXIf", tiff(6, true));  // the first that has one
    CHECK(decode(file.bytes()).width == 2);
    file.chunks_before = png_chunk("eXIf", tiff(1, true));
    CHECK(decode(file.bytes()).width == 1);
}

namespace {

/// ImageMagick's text of a profile.
std::string raw_profile(const std::string& bytes) {
    std::string text = "\nexif\n      " + std::to_string(bytes.size()) + "\n";
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto byte = static_cast<std::uint8_t>(bytes[i]);
        text += {"0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};
        if (i % 36 == 35) text += '\n';
    }
    return text + "\n";
}

const std::string exif_mark("Exif\0\0", 6), profile("Raw profile type exif\0", 22), xmp("XML:com.adobe.xmp\0", 18);
const std::string attribute = "<rdf:Description xmlns:tiff=\"x\" tiff:Orientation=\"6\"/>",
                  element = "<x><tiff:Orientation>6</tiff:Orientation></x>";

}  // namespace

TEST_CASE("a PNG's orientation in the places where programs keep it") {
    const auto width_with = [](const std::string& chunks, bool after = false) {
        PngFile file{.height = 2, .width = 1};
        (after ? file.chunks_after : file.chunks_before) = chunks;
        return decode(file.bytes()).width;
    };
    const std::string none(2, '\0'), packed("\1\0", 2);
    for (const bool after : {false, true}) {
        CHECK(width_with("", after) == 1);
        CHECK(width_with(png_chunk("eXIf", exif_mark + tiff(6, true)), after) == 2);
        for (const std::string& bytes : {exif_mark + tiff(6, false), tiff(6, true)}) {
            const std::string text = raw_profile(bytes);
            CHECK(width_with(png_chunk("tEXt", profile + text), after) == 2);
            CHECK(width_with(png_chunk("zTXt", profile + '\0' + zlib_stored(text)), after) == 2);
            CHECK(width_with(png_chunk("iTXt", profile + none + "en" + none + text), after) == 2);
            CHECK(width_with(png_chunk("iTXt", profile + packed + none + zlib_stored(text)), after) == 2);
        }
        for (const std::string& text : {attribute, element, "<x tiff:Orientation='6'/>" + std::string()}) {
            CHECK(width_with(png_chunk("tEXt", xmp + text), after) == 2);
            CHECK(width_with(png_chunk("iTXt", xmp + none + none + text), after) == 2);
            CHECK(width_with(png_chunk("iTXt", xmp + packed + none + zlib_stored(text)), after) == 2);
        }
    }
    // EXIF's chunk before a text of EXIF before XMP, wherever they stand.
    const std::string one = png_chunk("tEXt", profile + raw_profile(tiff(1, true))),
                      six = png_chunk("tEXt", xmp + attribute);
    CHECK(width_with(six + one) == 1);
    CHECK(width_with(six + png_chunk("eXIf", tiff(1, false))) == 1);
    CHECK(width_with(one + png_chunk("eXIf", tiff(6, false))) == 2);
    CHECK(width_with(six + png_chunk("tEXt", profile + raw_profile(tiff(0, true)))) == 2);
}

TEST_CASE("a PNG's text in which no orientation can be read means upright") {
    const std::string text = raw_profile(tiff(6, true)), stream = zlib_stored(text);
    std::vector<std::string> chunks = {
        png_chunk("tEXt", "Comment" + std::string(1, '\0') + attribute),
        png_chunk("tEXt", xmp.substr(0, 17)),
        png_chunk("zTXt", profile),
        png_chunk("iTXt", profile + '\1'),
        png_chunk("iTXt", profile),
        png_chunk("zTXt", profile + '\0' + zlib_stored(std::string(3U << 20, '\n') + text))};  // a bomb
    for (const char* value : {"0", "9", "60", "x", ""})
        chunks.push_back(png_chunk("tEXt", xmp + "<x tiff:Orientation=\"" + value + "\"/>"));
    for (const char* cut : {"", "=", "=\"", "=\"6", "Of=\"6\"/>"})  // the end is missing, or it is another name
        chunks.push_back(png_chunk("tEXt", xmp + "<x tiff:Orientation" + cut));
    for (std::size_t size = 0; size < 50; ++size) {
        chunks.push_back(png_chunk("tEXt", profile + text.substr(0, size)));
        chunks.push_back(png_chunk("zTXt", profile + '\0' + stream.substr(0, size)));
    }
    for (const std::string& chunk : chunks) {
        const PngFile file{.height = 2, .width = 1, .chunks_before = chunk};
        CHECK(decode(file.bytes()).width == 1);
    }
}

TEST_CASE("a JPEG's orientation in XMP counts where EXIF has none") {
    const std::string file = jpeg(smooth_image(16, 24)), mark("http://ns.adobe.com/xap/1.0/\0", 29);
    for (const std::string& text : {attribute, element}) {
        const std::string segment = jpeg_segment(0xE1, mark + text);
        CHECK(decode(with_segment(file, segment)).width == 16);
        CHECK(decode(with_segment(file, exif_segment(0, true) + segment)).width == 16);
        CHECK(decode(with_segment(file, exif_segment(1, true) + segment)).width == 24);
        CHECK(decode(with_segment(file, segment + exif_segment(1, true))).width == 24);
    }
    CHECK(decode(with_segment(file, jpeg_segment(0xE1, "http://example.org" + attribute))).width == 24);
}
