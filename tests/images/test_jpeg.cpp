// JPEG files of every kind, made here without a library: their colours, and what is refused.
#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "ditto/images/image_file.hpp"
#include "flat_jpeg.hpp"
#include "images.hpp"
#include "jpeg_text.hpp"

using namespace ditto;

namespace {

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
    file.application = jpeg_segment(0xE0, std::string("JFIF\0\2\0\0\0\1\0\1\0\0", 14));  // of another version
    CHECK(colour_of(file.bytes()) == orange_rgb);
    file.application = adobe_segment(1);
    CHECK(colour_of(file.bytes()) == orange_rgb);
    // Segments like Adobe's, but another program's, or too short to say anything of colours.
    for (const std::string& payload :
         {std::string("Other\0\x64\0\0\0\0\0", 12), std::string("Adobe\0\x64\0\0\0\0", 11)}) {
        file.application = jpeg_segment(0xEE, payload);
        CHECK(colour_of(file.bytes()) == orange_rgb);
    }
    file.application = jpeg_segment(0xFE, "a comment");
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

TEST_CASE("a scan of several components has 10 blocks in a unit at most") {
    FlatJpeg file{.components = orange, .scans = {{{0, 1, 2}}}};
    file.components[0].horizontal = 4;
    file.components[0].vertical = 2;
    CHECK(colour_of(file.bytes()) == orange_rgb);
    file.components[1].horizontal = 2;
    CHECK(contains(jpeg_error(file.bytes()), "scan header is malformed"));
    file.scans = {{{0}}, {{1, 2}}};
    CHECK(jpeg_error(file.bytes()).empty());
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
    const FlatJpeg five{.components = {{1}, {2}, {3}, {4}, {5}}, .scans = {{{0}}}};
    CHECK(contains(jpeg_error(five.bytes()), "5 components is not supported"));
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
    for (const FlatScan& scan :
         {FlatScan{{0, 1, 2}, 0, 0}, {{0, 1, 2}, 1, 63}, {{0, 1, 2}, 0, 63, 0, 1}, {{0, 1, 2}, 0, 63, 1, 0}})
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

    // Fewer for a large picture: 16 scans of 11280 x 11280 pixels are not quite the 2^31 that there may be in all.
    FlatJpeg large{.scans = {{{0}, 0, 0}}, .frame = 0xC2};
    for (int i = 1; i <= 17; ++i) large.scans.push_back({{0}, i, i});
    std::string bytes = large.bytes();
    bytes.replace(bytes.find("\xFF\xC2") + 5, 4, "\x2C\x10\x2C\x10");
    CHECK(contains(jpeg_error(bytes), "more than 16 scans"));
}

TEST_CASE("what is not decoded is named, and not called damaged") {
    for (const auto& [frame, kind] : std::vector<std::pair<int, const char*>>{{0xC3, "lossless JPEG"},
                                                                              {0xC5, "hierarchical JPEG"},
                                                                              {0xC6, "hierarchical JPEG"},
                                                                              {0xC7, "hierarchical JPEG"},
                                                                              {0xDE, "hierarchical JPEG"},
                                                                              {0xDF, "hierarchical JPEG"},
                                                                              {0xC9, "arithmetic coding"},
                                                                              {0xCA, "arithmetic coding"},
                                                                              {0xCB, "arithmetic coding"},
                                                                              {0xCD, "arithmetic coding"},
                                                                              {0xCE, "arithmetic coding"},
                                                                              {0xCF, "arithmetic coding"},
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
    CHECK(contains(error([](FlatJpeg& f) { f.huffman.resize(16); }), "Huffman table is malformed"));
    CHECK(contains(error([](FlatJpeg& f) { f.huffman[4] = 17; }), "more codes than there can be"));
    CHECK(contains(error([](FlatJpeg& f) { f.huffman[1] = 3; }), "more codes than there can be"));
    CHECK(contains(error([](FlatJpeg& f) { f.huffman[20] = 16; }), "symbol that none of its kind may have"));
    const std::string many = std::string(9, '\0') + std::string(8, '\xFF');  // 2040 symbols
    CHECK(contains(error([&](FlatJpeg& f) { f.huffman = many + std::string(2040, '\0'); }),
                   "Huffman table is malformed"));

    // Quantization steps of 16 bits: the low byte alone may be all of a step, and the high one, too.
    FlatJpeg wide{.components = {{1, 192}}, .frame = 0xC1};
    wide.quantization = "\x10";
    for (int i = 0; i < 64; ++i) wide.quantization += std::string("\0\x08", 2);
    CHECK(colour_of(wide.bytes()) == Colour{192, 192, 192});
    wide.quantization[3] = 1;  // of the second coefficient: 264, which is not there
    wide.quantization[5] = 1;
    wide.quantization[6] = 0;  // of the third: 256
    CHECK(colour_of(wide.bytes()) == Colour{192, 192, 192});
    wide.quantization[5] = 0;
    CHECK(contains(jpeg_error(wide.bytes()), "quantization step is 0"));
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
    for (const char* marker : {"\xFF\xD8", "\xFF\xD0", "\xFF\x01", "\xFF\xF0", "\xFF\xC8"})
        CHECK(contains(error(tables + marker + frame + scan), "a marker stands where none may be"));
    CHECK(contains(error(tables + jpeg_segment(0xDD, "abc") + frame + scan), "restart interval"));
    CHECK(contains(error(tables + std::string("\xFF\xE0\0\1", 4) + frame + scan), "no length"));
    for (const auto& [at, value] : std::vector<std::pair<std::size_t, char>>{
             {4, 7}, {8, 0}, {9, 0}, {9, 2}, {11, 0}, {11, 0x01}, {11, 0x10}, {11, 0x51}, {11, 0x15}, {12, 4}}) {
        std::string wrong = frame;
        wrong[at] = value;
        CHECK(!error(tables + wrong + scan).empty());
    }
    for (const std::string& header :
         {std::string(), std::string("\x08\0\x08\0\x08", 5), std::string("\x08\0\x08\0\x08\0", 6)})
        CHECK(contains(error(tables + jpeg_segment(0xC0, header) + scan), "frame header is malformed"));
    const FlatJpeg alike{.components = {{1}, {2}, {1}}, .scans = {{{0, 1, 2}}}};  // two of one name
    CHECK(contains(jpeg_error(alike.bytes()), "frame header is malformed"));
    CHECK(contains(error(tables + frame + jpeg_segment(0xDA, "")), "scan header is malformed"));
    for (const auto& [at, value] :
         std::vector<std::pair<std::size_t, char>>{{4, 0}, {4, 2}, {4, 5}, {5, 9}, {6, 0x40}, {6, 4}}) {
        std::string wrong = scan;
        wrong[at] = value;
        CHECK(contains(error(tables + frame + wrong), "damaged"));
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
