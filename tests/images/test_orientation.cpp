#include <doctest/doctest.h>

#include <string>

#include "ditto/images/image_file.hpp"
#include "images.hpp"

using namespace ditto;

namespace {

/// An APP1 segment with an orientation, in the byte order of Intel ("II") or Motorola ("MM").
std::string exif_segment(int orientation, bool intel) {
    const auto number = [&](unsigned value, int size) {
        std::string bytes;
        for (int i = 0; i < size; ++i) bytes += static_cast<char>(value >> 8 * (intel ? i : size - 1 - i));
        return bytes;
    };
    const std::string tiff = std::string(intel ? "II" : "MM") + number(42, 2) + number(8, 4) + number(2, 2) +
                             number(0x0100, 2) + number(4, 2) + number(1, 4) + number(640, 4) +  // another entry first
                             number(0x0112, 2) + number(3, 2) + number(1, 4) +
                             number(static_cast<unsigned>(orientation), 2) + number(0, 2) + number(0, 4);
    const std::string payload = std::string("Exif\0\0", 6) + tiff;
    return std::string("\xFF\xE1\0", 3) + static_cast<char>(payload.size() + 2) + payload;
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
