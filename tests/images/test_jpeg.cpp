// JPEG files of every kind, made here without a library: their colours, and what is refused.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "../support/temporary_folder.hpp"
#include "ditto/images/image_file.hpp"
#include "flat_jpeg.hpp"
#include "images.hpp"

using namespace ditto;

namespace {

Image decode_jpeg_text(const std::string& bytes) {
    return decode_image({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, "test.jpg");
}

std::string jpeg_error(const std::string& bytes) {
    const std::string error = error_of([&] { decode_jpeg_text(bytes); });
    CHECK(!contains(error, "\n"));
    return error;
}

/// The one colour of a picture; (-1, -1, -1) if it has several.
std::array<int, 3> colour_of(const std::string& bytes) {
    const Image image = decode_jpeg_text(bytes);
    for (std::size_t i = 3; i < image.pixels.size(); ++i)
        if (image.pixels[i] != image.pixels[i - 3]) return {-1, -1, -1};
    return {image.pixels[0], image.pixels[1], image.pixels[2]};
}

using Colour = std::array<int, 3>;

const std::vector<FlatComponent> orange = {{1, 150}, {2, 60}, {3, 180}};  // Y, Cb, Cr
const Colour orange_rgb = {223, 136, 30};  // Y + 1.402 (Cr - 128), Y - 0.344 (Cb - 128) - 0.714 (Cr - 128), ...

std::vector<FlatScan> scan_each(std::size_t components, FlatScan like = {}) {
    std::vector<FlatScan> scans;
    for (std::size_t i = 0; i < components; ++i) {
        like.components = {i};
        scans.push_back(like);
    }
    return scans;
}

/// Scans of the first coefficients of three components, and then one of all others for each, which a whole file has.
std::vector<FlatScan> whole_progressive(std::vector<FlatScan> scans) {
    for (const std::size_t component : {2U, 0U, 1U}) scans.push_back({{component}, 1, 63});
    return scans;
}

}  // namespace

TEST_CASE("grey, YCbCr and RGB, by what a file says") {
    CHECK(colour_of(FlatJpeg{.components = {{1, 77}}}.bytes()) == Colour{77, 77, 77});
    FlatJpeg file{.components = orange, .scans = {{{0, 1, 2}}}};
    CHECK(colour_of(file.bytes()) == orange_rgb);
    file.application = jpeg_segment(0xE0, std::string("JFIF\0\1\1\0\0\1\0\1\0\0", 14));
    CHECK(colour_of(file.bytes()) == orange_rgb);
    file.application = adobe_segment(1);
    CHECK(colour_of(file.bytes()) == orange_rgb);
    file.application = adobe_segment(0);
    CHECK(colour_of(file.bytes()) == Colour{150, 60, 180});
    file.application = {};
    for (std::size_t i = 0; i < 3; ++i) file.components[i].id = "RGB"[i];
    file.scans = {{{0, 1, 2}}};
    CHECK(colour_of(file.bytes()) == Colour{150, 60, 180});
}

TEST_CASE("samplings, extended frames and a scan for each component") {
    for (const int frame : {0xC0, 0xC1})
        for (const auto& [horizontal, vertical] : {std::pair{1, 1}, {2, 1}, {1, 2}, {2, 2}, {4, 1}}) {
            FlatJpeg file{.components = orange, .scans = {{{0, 1, 2}}}, .frame = frame};
            file.components[0].horizontal = horizontal;
            file.components[0].vertical = vertical;
            CHECK(colour_of(file.bytes()) == orange_rgb);
            file.scans = scan_each(3);
            CHECK(colour_of(file.bytes()) == orange_rgb);
            file.scans = {{{0}}, {{1, 2}}};
            CHECK(colour_of(file.bytes()) == orange_rgb);
        }
}

TEST_CASE("CMYK as Adobe writes it, or refused") {
    // Stored is how much paper an ink leaves: cyan 55 of 255, magenta 214, yellow 165, black 0 of 255.
    FlatJpeg file{.components = {{1, 200}, {2, 41}, {3, 90}, {4, 255}}, .scans = {{{0, 1, 2, 3}}}};
    CHECK(contains(jpeg_error(file.bytes()), "CMYK"));
    CHECK(contains(jpeg_error(file.bytes()), "is not supported"));
    file.application = adobe_segment(0);
#ifdef DITTO_COMPILE_STB
    CHECK(contains(jpeg_error(file.bytes()), "CMYK, in a build without libjpeg, is not supported"));
#else
    CHECK(colour_of(file.bytes()) == Colour{200, 41, 90});
    file.components[3].level = 100;  // less light by 100 / 255
    CHECK(colour_of(file.bytes()) == Colour{78, 16, 35});
    file.application = adobe_segment(2);  // YCCK: the inks are 255 less what YCbCr gives
    file.components = {{1, 150}, {2, 60}, {3, 180}, {4, 255}};
    CHECK(colour_of(file.bytes()) == Colour{255 - orange_rgb[0], 255 - orange_rgb[1], 255 - orange_rgb[2]});
    file.application = adobe_segment(7);  // there is no such transform
    CHECK(!jpeg_error(file.bytes()).empty());
#endif
    const FlatJpeg two{.components = {{1, 100}, {2, 100}}, .scans = {{{0, 1}}}};
    CHECK(contains(jpeg_error(two.bytes()), "2 components is not supported"));
}

TEST_CASE("progressive files, in whole coefficients or bit by bit") {
    FlatJpeg file{.components = orange, .frame = 0xC2};
    for (const std::vector<FlatScan>& first :
         {std::vector<FlatScan>{{{0, 1, 2}, 0, 0}}, scan_each(3, {{}, 0, 0}),
          std::vector<FlatScan>{{{0, 1, 2}, 0, 0, 0, 1}, {{0, 1, 2}, 0, 0, 1, 0}}}) {
        file.scans = whole_progressive(first);
        CHECK(colour_of(file.bytes()) == orange_rgb);
        for (file.scans.pop_back(); !file.scans.empty(); file.scans.pop_back()) {
            const bool unseen = first.size() == 3 && file.scans.size() < 3;
            CHECK(contains(jpeg_error(file.bytes()), unseen ? "has no scan" : "its last scans are missing"));
        }
    }
    file.scans = whole_progressive({{{0, 1, 2}, 0, 0}});
    file.scans[1].last = 62;
    CHECK(contains(jpeg_error(file.bytes()), "component 3 of 3 lacks bits"));
    file.scans = whole_progressive({{{0, 1, 2}, 0, 0}});
    file.scans[2].low = 1;
    CHECK(contains(jpeg_error(file.bytes()), "component 1 of 3 lacks bits"));
    file.scans.push_back({{0}, 1, 63, 1, 0});
    CHECK(colour_of(file.bytes()) == orange_rgb);
}

TEST_CASE("a component without a scan is refused") {
    FlatJpeg file{.components = orange};
    for (const std::vector<FlatScan>& scans :
         {std::vector<FlatScan>{}, {{{0}}}, {{{0, 1}}}, {{{0}}, {{2}}}, {{{1, 2}}}}) {
        file.scans = scans;
        CHECK(contains(jpeg_error(file.bytes()), "has no scan"));
        FlatJpeg progressive = file;
        progressive.frame = 0xC2;
        for (FlatScan& scan : progressive.scans) scan.last = 0;
        CHECK(contains(jpeg_error(progressive.bytes()), "has no scan"));
    }
}

TEST_CASE("scans in an order that cannot be") {
    const auto error = [](int frame, const std::vector<FlatScan>& scans) {
        return jpeg_error(FlatJpeg{.components = orange, .scans = scans, .frame = frame}.bytes());
    };
    using Scans = std::vector<FlatScan>;
    const FlatScan all{{0, 1, 2}}, first{{0, 1, 2}, 0, 0};
    for (const Scans& scans :
         {Scans{all, all}, {all, {{0}}}, {{{0}}, {{0}}, {{1}}, {{2}}}, {{{1, 0, 2}}}, {{{0, 0, 2}}}})
        CHECK(contains(error(0xC0, scans), "damaged"));
    for (const FlatScan& scan : {FlatScan{{0, 1, 2}, 0, 0}, {{0, 1, 2}, 1, 63}, {{0, 1, 2}, 0, 63, 0, 1}})
        CHECK(contains(error(0xC0, {scan}), "coefficients that it may not have"));
    for (const Scans& scans : {Scans{first, first},
                               {{{0}, 1, 63}, first},
                               {first, {{0}, 1, 63, 1, 0}},
                               {first, {{0}, 1, 63}, {{0}, 1, 63}},
                               {{{0, 1, 2}, 0, 0, 0, 2}, {{0, 1, 2}, 0, 0, 1, 0}},
                               {{{0, 1, 2}, 0, 0, 1, 0}}})
        CHECK(contains(error(0xC2, scans), "wrong order"));
    for (const FlatScan& scan : {FlatScan{{0}, 5, 4}, {{0}, 1, 64}, {{0, 1}, 1, 5}, {{0}, 0, 5}, {{0}, 1, 5, 3, 1}})
        CHECK(contains(error(0xC2, {first, scan}), "coefficients that it may not have"));
}

TEST_CASE("scans without end are refused") {
    FlatJpeg file{.components = orange, .scans = {{{0, 1, 2}, 0, 0}}, .frame = 0xC2};
    for (std::size_t component = 0; component < 3; ++component)
        for (int i = 1; i <= 33; ++i) file.scans.push_back({{component}, i, i == 33 ? 63 : i});
    CHECK(colour_of(file.bytes()) == orange_rgb);
    file.scans.back().last = 62;
    file.scans.push_back({{2}, 63, 63});
    CHECK(contains(jpeg_error(file.bytes()), "more than 100 scans"));
}

TEST_CASE("what is not decoded is named, and not called damaged") {
    for (const auto& [frame, kind] : std::vector<std::pair<int, const char*>>{{0xC3, "lossless JPEG"},
                                                                              {0xC5, "hierarchical JPEG"},
                                                                              {0xC6, "hierarchical JPEG"},
                                                                              {0xC7, "hierarchical JPEG"},
                                                                              {0xDE, "hierarchical JPEG"},
                                                                              {0xC9, "arithmetic coding"},
                                                                              {0xCA, "arithmetic coding"},
                                                                              {0xCB, "arithmetic coding"},
                                                                              {0xCD, "arithmetic coding"},
                                                                              {0xF7, "JPEG-LS"}}) {
        const std::string error = jpeg_error(FlatJpeg{.frame = frame}.bytes());
        CHECK(contains(error, std::string(kind) + " is not supported"));
        CHECK(!contains(error, "damaged"));
    }
    FlatJpeg file;
    file.application = jpeg_segment(0xCC, std::string("\0\1", 2));
    CHECK(contains(jpeg_error(file.bytes()), "arithmetic coding is not supported"));
    CHECK(contains(jpeg_error(FlatJpeg{.precision = 12}.bytes()), "12-bit JPEG is not supported"));
    std::string later = FlatJpeg{}.bytes();
    later[later.find("\xFF\xC0") + 6] = 0;  // its height, which then comes in a segment after the scan
    CHECK(contains(jpeg_error(later), "height comes after its pixels is not supported"));
}

TEST_CASE("as wide or high as a JPEG can be, or refused by name") {
    // Blocks of 5 bits, all 0: no difference to the block before, and nothing else.
    for (const int size : {65500, 65501, 65535})
        for (const bool wide : {false, true}) {
            std::string file = FlatJpeg{}.bytes();
            const std::size_t at = file.find("\xFF\xC0") + (wide ? 7 : 5);
            file[at] = static_cast<char>(size >> 8);
            file[at + 1] = static_cast<char>(size & 255);
            const std::size_t bits = 5 * ((static_cast<std::size_t>(size) + 7) / 8);
            std::string data(bits / 8, '\0');
            if (bits % 8 != 0) data += static_cast<char>(0xFF >> bits % 8);
            file.replace(file.size() - 3, 1, data);
            CAPTURE(size);
#ifndef DITTO_COMPILE_STB
            if (size > 65500) {
                CHECK(contains(jpeg_error(file), "more than 65500 pixels in width or height"));
                CHECK(contains(jpeg_error(file), "is not supported"));
                continue;
            }
#endif
            const Image image = decode_jpeg_text(file);
            CHECK(image.width == (wide ? size : 8));
            CHECK(image.height == (wide ? 8 : size));
            CHECK(image.pixels == std::vector<std::uint8_t>(image.pixels.size(), 128));
        }
}

TEST_CASE("tables that are missing or cannot be") {
    const auto error = [](auto change) {
        FlatJpeg file;
        change(file);
        return jpeg_error(file.bytes());
    };
    CHECK(contains(error([](FlatJpeg& f) { f.quantization[0] = 1; }), "quantization table is missing"));
    CHECK(contains(error([](FlatJpeg& f) { f.quantization[0] = 4; }), "quantization table is malformed"));
    CHECK(contains(error([](FlatJpeg& f) { f.quantization[0] = 0x20; }), "quantization table is malformed"));
    CHECK(contains(error([](FlatJpeg& f) { f.quantization[0] = 0x10; }), "quantization table is malformed"));
    CHECK(contains(error([](FlatJpeg& f) { f.quantization[33] = 0; }), "quantization step is 0"));
    CHECK(contains(error([](FlatJpeg& f) { f.huffman[0] = 1; }), "Huffman table is missing"));
    CHECK(contains(error([](FlatJpeg& f) { f.huffman[29] = 0x11; }), "Huffman table is missing"));
    CHECK(contains(error([](FlatJpeg& f) { f.huffman[0] = 0x20; }), "Huffman table is malformed"));
    CHECK(contains(error([](FlatJpeg& f) { f.huffman[0] = 4; }), "Huffman table is malformed"));
    CHECK(contains(error([](FlatJpeg& f) { f.huffman.pop_back(); }), "Huffman table is malformed"));
    CHECK(contains(error([](FlatJpeg& f) { f.huffman[4] = 17; }), "more codes than there can be"));
    CHECK(contains(error([](FlatJpeg& f) { f.huffman[1] = 3; }), "more codes than there can be"));
    CHECK(contains(error([](FlatJpeg& f) { f.huffman[20] = 16; }), "symbol that none of its kind may have"));
    const std::string many = std::string(9, '\0') + std::string(8, '\xFF');  // 2040 symbols
    CHECK(contains(error([&](FlatJpeg& f) { f.huffman = many + std::string(2040, '\0'); }),
                   "Huffman table is malformed"));
}

TEST_CASE("segments that are missing, twice, or cannot be") {
    const FlatJpeg file;
    const std::string whole = file.bytes(),
                      tables = jpeg_segment(0xDB, file.quantization) + jpeg_segment(0xC4, file.huffman);
    const std::string frame = file.frame_segment(), scan = file.scan(file.scans[0]);
    const auto error = [](const std::string& segments) { return jpeg_error("\xFF\xD8" + segments + "\xFF\xD9"); };
    CHECK(error(tables + frame + scan).empty());
    CHECK(jpeg_error("\xFF\xD8" + tables + "\xFF\xFF\xFF" + frame.substr(1) + scan + "\xFF\xD9 what follows").empty());
    CHECK(contains(error(""), "no frame header"));
    CHECK(contains(error(tables + scan + frame), "before the frame header"));
    CHECK(contains(error(tables + frame + frame + scan), "two frame headers"));
    CHECK(contains(error(frame + scan + tables), "is missing"));
    CHECK(contains(error("some text" + tables + frame + scan), "between its segments"));
    for (const char* marker : {"\xFF\xD8", "\xFF\xD0", "\xFF\x01", "\xFF\xF0"})
        CHECK(contains(error(tables + marker + frame + scan), "a marker stands where none may be"));
    CHECK(contains(error(tables + jpeg_segment(0xDD, "abc") + frame + scan), "restart interval"));
    CHECK(contains(error(tables + std::string("\xFF\xE0\0\1", 4) + frame + scan), "no length"));
    for (const auto& [at, value] : std::vector<std::pair<std::size_t, char>>{
             {4, 7}, {8, 0}, {9, 0}, {9, 2}, {11, 0}, {11, 0x01}, {11, 0x10}, {11, 0x51}, {12, 4}}) {
        std::string wrong = frame;
        wrong[at] = value;
        CHECK(!error(tables + wrong + scan).empty());
    }
    for (const auto& [at, value] :
         std::vector<std::pair<std::size_t, char>>{{4, 0}, {4, 2}, {5, 9}, {6, 0x40}, {6, 4}}) {
        std::string wrong = scan;
        wrong[at] = value;
        CHECK(contains(error(tables + frame + wrong), "damaged"));
    }
}

TEST_CASE("data that ends early or goes on is refused, zeros at its end are not") {
    const std::string file = jpeg(noise_image(24, 24));
    const std::size_t scan = file.find("\xFF\xDA");
    REQUIRE(scan != std::string::npos);
    int accepted = 0;
    for (std::size_t size = scan + 14; size + 3 < file.size(); ++size)
        accepted += jpeg_error(file.substr(0, size) + "\xFF\xD9").empty();
    CHECK(accepted == 0);
    CHECK(contains(jpeg_error(file.substr(0, file.size() - 2) + "abcdefgh\xFF\xD9"), "damaged"));
    const Image image = decode_jpeg_text(file);
    CHECK(decode_jpeg_text(file.substr(0, file.size() - 2) + std::string(40, '\0') + "\xFF\xD9").pixels ==
          image.pixels);
}

TEST_CASE("any number of zeros behind any scan changes nothing") {
    const std::filesystem::path corpus = std::filesystem::path(DITTO_SOURCE_DIR) / "tests/fuzz/corpus/picture";
    std::vector<std::string> files = {read_text(corpus / "progressive.jpg"), read_text(corpus / "exif_restart.jpg")};
    for (std::uint64_t i = 0; i < 200; ++i) files.push_back(jpeg(noise_image(8, 8 + static_cast<int>(i % 17), i)));
    for (std::size_t i = 0; i < files.size(); ++i) {
        CAPTURE(i);
        const std::string& file = files[i];
        const std::vector<std::uint8_t> pixels = decode_jpeg_text(file).pixels;
        for (std::size_t zeros = 1; zeros <= 8; ++zeros) {
            CAPTURE(zeros);
            std::string padded = file;
            for (std::size_t at = file.rfind("\xFF\xD9"); at != std::string::npos;) {
                padded.insert(at, zeros, '\0');
                // The marker behind the scan before: a table, or another scan.
                const std::size_t scan = file.rfind("\xFF\xDA", at - 1);
                const std::size_t before = file.rfind("\xFF\xDA", scan - 1);
                if (before == std::string::npos || scan == std::string::npos) break;
                at = std::min(file.find("\xFF\xC4", before), scan);
            }
            if (i == 0) REQUIRE(padded.size() > file.size() + 4 * zeros);
            CHECK(decode_jpeg_text(padded).pixels == pixels);
            if (padded.size() == file.size() + zeros) {
                padded[padded.size() - 3] = 1;  // no zero
                CHECK(contains(jpeg_error(padded), "goes on behind its pixels"));
            }
        }
    }
}

TEST_CASE("codes that are not those of the pixels are refused") {
    const std::string whole = FlatJpeg{}.bytes();  // a first coefficient of 0, code 0000, and the end of the block, 0
    const std::size_t data = whole.size() - 3;
    REQUIRE(whole[data] == '\x07');
    const auto error = [&](const std::string& bits) { return jpeg_error(whole.substr(0, data) + bits + "\xFF\xD9"); };
    CHECK(error("\x07").empty());
    CHECK(contains(error(""), "ends before its pixels do"));
    CHECK(contains(error("\xF7"), "not in its table"));
    CHECK(contains(error("\x0F"), "not in its table"));
    CHECK(contains(error("\x07\x07"), "goes on behind its pixels"));
    CHECK(contains(error("\x07\xFF\xD0"), "goes on behind its pixels"));
    CHECK(error(std::string("\x07\0\0\0", 4)).empty());

    FlatJpeg beyond;  // its block has code 0 four times, each of 16 coefficients of 0: 64 behind the first
    beyond.huffman.back() = '\xF0';
    std::string file = beyond.bytes();
    file[file.size() - 3] = '\x00';
    CHECK(contains(jpeg_error(file), "more coefficients than there are"));
}

TEST_CASE("restart markers come when they must") {
    FlatJpeg file{.components = orange, .scans = scan_each(3)};
    file.components[0].horizontal = 2;  // two blocks, and one of each other component
    file.application = jpeg_segment(0xDD, std::string("\0\1", 2));
    CHECK(contains(jpeg_error(file.bytes()), "restart marker"));
    const std::string whole = file.bytes();
    // 22 is 5 bits: 0101 10110 0, then from the start again.
    const std::size_t scan = whole.find("\xFF\xDA") + 10;
    const std::string block = "\x5B\x3F", head = whole.substr(0, scan),
                      tail = whole.substr(whole.find("\xFF\xDA", scan));
    CHECK(colour_of(head + block + "\xFF\xD0" + block + tail) == orange_rgb);
    CHECK(colour_of(head + block + "\xFF\xFF\xD0" + block + tail) == orange_rgb);
    for (const std::string& wrong : {block + "\xFF\xD1" + block, block + block, block + "\xFF\xD0",
                                     block + "a\xFF\xD0" + block, block + "\xFF\xD0" + block + "\xFF\xD1" + block})
        CHECK(contains(jpeg_error(head + wrong + tail), "damaged"));
}

TEST_CASE("a restart marker behind the last interval changes nothing, if that is full") {
    const std::string end = "\xFF\xD9";
    FlatJpeg file{.components = {{1, 150}}, .application = jpeg_segment(0xDD, std::string("\0\1", 2))};
    const std::string whole = file.bytes().substr(0, file.bytes().size() - 2);
    for (const char* last : {"", "\xFF\xD0", "\xFF\xFF\xD0"})
        CHECK(colour_of(whole + last + end) == Colour{150, 150, 150});
    CHECK(colour_of(whole + std::string("\0\0\xFF\xD0", 4) + end) == Colour{150, 150, 150});
    for (const char* last : {"\xFF\xD1", "\xFF\xD0\xFF\xD1", "\xFF\xD0 ", " \xFF\xD0"})
        CHECK(contains(jpeg_error(whole + last + end), "goes on behind its pixels"));
    for (const std::string& intervals : {std::string(), jpeg_segment(0xDD, std::string("\0\2", 2))}) {
        file.application = intervals;  // none, or one of twice the picture
        const std::string other = file.bytes();
        CHECK(contains(jpeg_error(other.substr(0, other.size() - 2) + "\xFF\xD0" + end), "goes on behind its pixels"));
    }

    file.components = orange;
    file.application = jpeg_segment(0xDD, std::string("\0\1", 2));
    std::string several = file.bytes();
    several.resize(several.find("\xFF\xDA"));
    for (const FlatScan& scan : scan_each(3)) several += file.scan(scan) + "\xFF\xD0";
    CHECK(colour_of(several + end) == orange_rgb);
}

TEST_CASE("a progressive file that is cut anywhere before its end is refused, between scans too") {
    for (const char* name : {"progressive.jpg", "444_progressive.jpg"}) {
        CAPTURE(name);
        const std::string file =
            read_text(std::filesystem::path(DITTO_SOURCE_DIR) / "tests/fuzz/corpus/picture" / name);
        REQUIRE(jpeg_error(file).empty());
        REQUIRE(file.substr(file.size() - 2) == "\xFF\xD9");
        int scans = 0, accepted = 0;
        for (std::size_t at = file.find("\xFF\xDA"); at != std::string::npos; at = file.find("\xFF\xDA", at + 1))
            ++scans;
        CHECK(scans > 5);
        for (std::size_t size = file.find("\xFF\xDA"); size + 2 < file.size(); ++size)
            accepted += jpeg_error(file.substr(0, size) + "\xFF\xD9").empty();
        CHECK(accepted == 0);
    }
}

TEST_CASE("what decoding takes of memory and time is bounded before it is taken") {
    FlatJpeg file{.components = orange, .scans = whole_progressive({{{0, 1, 2}, 0, 0}}), .frame = 0xC2};
    std::string bytes = file.bytes();
    const std::size_t frame = bytes.find("\xFF\xC2");
    bytes.replace(frame + 5, 4, "\x2C\x10\x2C\x10");  // 11280 x 11280: 127 million pixels, of 9 bytes each
    CHECK(contains(jpeg_error(bytes), "MiB of memory"));
    bytes.replace(frame + 5, 4, "\x27\x10\x27\x10");  // 10000 x 10000
#ifdef DITTO_COMPILE_STB
    CHECK(contains(jpeg_error(bytes), "MiB of memory"));  // 12 bytes of each pixel: it keeps planes, too
#else
    CHECK(contains(jpeg_error(bytes), "a scan "));  // which has far too few codes
#endif
    bytes.replace(frame + 5, 4, "\xFF\xFF\xFF\xFF");
    CHECK(contains(jpeg_error(bytes), "65535 x 65535"));
}
