// PNG files of every kind, made here without a library: their pixels, and what is refused.
#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "ditto/images/image_file.hpp"
#include "images.hpp"
#include "png_file.hpp"

using namespace ditto;

namespace {

Image decode_png_text(const std::string& bytes) {
    return decode_image({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, "test.png");
}

std::string png_error(const std::string& bytes) {
    const std::string error = error_of([&] { decode_png_text(bytes); });
    CHECK(!contains(error, "\n"));
    return error;
}

/// The value of a sample of some picture.
unsigned sample_value(int row, int column, int channel, int depth, int values) {
    const unsigned hash = static_cast<unsigned>(row * 131 + column * 31 + channel * 71 + 7) * 2654435761U;
    return (hash >> 8) % static_cast<unsigned>(values) & ((1U << depth) - 1);
}

}  // namespace

TEST_CASE("every colour type, depth and order of rows") {
    struct Kind {
        int colour, channels;
        std::vector<int> depths;
    };
    const std::vector<Kind> kinds = {
        {0, 1, {1, 2, 4, 8, 16}}, {2, 3, {8, 16}}, {3, 1, {1, 2, 4, 8}}, {4, 2, {8, 16}}, {6, 4, {8, 16}}};
    for (const Kind& kind : kinds)
        for (const int depth : kind.depths)
            for (const bool interlaced : {false, true})
                for (const auto& size : {std::pair{1, 1}, {1, 9}, {5, 3}, {13, 17}}) {
                    const int height = size.first, width = size.second;
                    CAPTURE(kind.colour);
                    CAPTURE(depth);
                    CAPTURE(interlaced);
                    CAPTURE(width);
                    PngFile file{.height = height, .width = width, .depth = depth, .colour = kind.colour};
                    file.interlaced = interlaced;
                    const int values = kind.colour == 3 ? std::min(1 << depth, 5) : 1 << depth;
                    for (int i = 0; i < 3 * values && kind.colour == 3; ++i)
                        file.palette += static_cast<char>(37 * i + 11);
                    file.sample = [&](int row, int column, int channel) {
                        if (row == 0 && column == 0 && depth == 16) return 0xF1E2U;  // surely not of 12 bits
                        return sample_value(row, column, channel, depth, values);
                    };
                    const Image image = decode_png_text(file.bytes());
                    REQUIRE(image.height == height);
                    REQUIRE(image.width == width);
                    int wrong = 0;
                    for (int row = 0; row < height; ++row)
                        for (int column = 0; column < width; ++column)
                            for (int c = 0; c < 3; ++c) {
                                const unsigned sample = file.sample(row, column, kind.channels >= 3 ? c : 0);
                                unsigned expected = depth == 16 ? sample >> 8 : sample * 255 / ((1U << depth) - 1);
                                if (kind.colour == 3)
                                    expected =
                                        static_cast<std::uint8_t>(file.palette[3 * sample + static_cast<unsigned>(c)]);
                                wrong +=
                                    image.pixels[static_cast<std::size_t>(3 * (row * width + column) + c)] != expected;
                            }
                    CHECK(wrong == 0);
                }
}

TEST_CASE("a sample beyond the palette is refused, at any depth") {
    for (const int depth : {1, 2, 4, 8})
        for (const bool interlaced : {false, true}) {
            PngFile file{.height = 3, .width = 5, .depth = depth, .colour = 3};
            file.interlaced = interlaced;
            file.palette = "\1\2\3";
            file.sample = [](int, int, int) { return 0U; };
            CHECK(decode_png_text(file.bytes()).pixels.front() == 1);
            file.sample = [](int row, int column, int) { return row == 2 && column == 4 ? 1U : 0U; };
            CHECK(contains(png_error(file.bytes()), "colour 1 of a palette of 1"));
        }
}

TEST_CASE("any wrong checksum is refused") {
    PngFile file{.height = 4, .width = 4};
    file.chunks_before = png_chunk("gAMA", std::string("\0\0\xB1\x8F", 4));
    const std::string whole = file.bytes();
    CHECK(png_error(whole).empty());
    for (const std::string type : {"IHDR", "gAMA", "IDAT", "IEND"}) {
        std::string flipped = whole;
        const std::size_t at = whole.find(type);
        const std::size_t length = static_cast<std::uint8_t>(whole[at - 1]);
        flipped[at + 4 + length] ^= 1;
        CHECK(contains(png_error(flipped), "checksum of its chunk " + type));
        if (length == 0) continue;
        flipped = whole;
        flipped[at + 4] ^= 1;
        CHECK(!png_error(flipped).empty());
    }
    // The checksum inside the compressed pixels, under a right one of the chunk.
    file.change_data = [](std::string& data) { data.back() ^= 1; };
    CHECK(contains(png_error(file.bytes()), "damaged"));
    file.change_data = [](std::string& data) { data[8] ^= 1; };
    CHECK(contains(png_error(file.bytes()), "damaged"));
}

TEST_CASE("pixels that are too few, too many, or no stream") {
    PngFile file{.height = 4, .width = 4};
    file.change_rows = [](std::string& rows) { rows.pop_back(); };
    CHECK(contains(png_error(file.bytes()), "damaged"));
    file.change_rows = [](std::string& rows) { rows += rows; };
    CHECK(contains(png_error(file.bytes()), "damaged"));
    file.change_rows = [](std::string& rows) { rows[0] = 5; };  // there are five filters, 0 to 4
    CHECK(contains(png_error(file.bytes()), "damaged"));
    file.change_rows = nullptr;
    for (std::size_t size = 0; size < 60; ++size) {
        file.change_data = [&](std::string& data) { data.resize(size); };
        CHECK(contains(png_error(file.bytes()), "damaged"));
    }
}

TEST_CASE("chunks that are missing, twice, or in a wrong order") {
    const auto file_of = [](const std::vector<std::string>& chunks) {
        std::string bytes = png_signature;
        for (const std::string& chunk : chunks) bytes += chunk;
        return bytes;
    };
    PngFile file{.height = 2, .width = 2, .depth = 8, .colour = 3};
    file.palette = std::string(12, '\7');
    file.sample = [](int, int, int) { return 1U; };
    const std::string header = png_chunk("IHDR", file.header()), palette = png_chunk("PLTE", file.palette),
                      data = png_chunk("IDAT", file.data()), end = png_chunk("IEND", "");
    const std::string half = file.data().substr(0, 9), rest = file.data().substr(9);
    CHECK(png_error(file_of({header, palette, data, end})).empty());
    CHECK(png_error(file_of({header, palette, png_chunk("IDAT", half), png_chunk("IDAT", rest), end})).empty());
    CHECK(png_error(file_of({header, palette, data, end, "what follows"})).empty());
    CHECK(contains(png_error(file_of({header, palette, data})), "cut short"));
    for (const auto& chunks : std::vector<std::vector<std::string>>{
             {palette, data, end},
             {palette, header, data, end},
             {header, header, palette, data, end},
             {header, data, end},
             {header, data, palette, end},
             {header, palette, palette, data, end},
             {header, png_chunk("PLTE", "ab"), data, end},
             {header, png_chunk("PLTE", ""), data, end},
             {header, png_chunk("PLTE", std::string(257 * 3, 'a')), data, end},
             {header, palette, end},
             {header, palette, png_chunk("IDAT", half), png_chunk("tEXt", "a"), png_chunk("IDAT", rest), end},
             {header, palette, data, png_chunk("IEND", "a")},
             {header, palette, data, png_chunk("tE t", "a"), end},
             {header, palette, data, png_chunk("tE[t", "a"), end},
             {header, palette, data, png_chunk("tE{t", "a"), end}}) {
        CHECK(contains(png_error(file_of(chunks)), "damaged"));
    }
    CHECK(contains(png_error(file_of({header, palette, png_chunk("ABCD", "a"), data, end})), "ABCD is not supported"));
    CHECK(contains(png_error(file_of({png_chunk("CgBI", std::string("\x50\0\x20\2", 4)), header, palette, data, end})),
                   "CgBI), is not supported"));
}

TEST_CASE("palettes that cannot be, and those that are no more than a suggestion") {
    const std::string end = png_chunk("IEND", "");
    const auto error = [&](const PngFile& file, const std::string& before, const std::string& after = "") {
        return png_error(png_signature + png_chunk("IHDR", file.header()) + before + png_chunk("IDAT", file.data()) +
                         after + end);
    };
    const PngFile paletted{.depth = 8, .colour = 3}, grey{.depth = 8, .colour = 0}, alpha{.depth = 8, .colour = 4};
    CHECK(error(paletted, png_chunk("PLTE", "abc")).empty());
    CHECK(contains(error(paletted, png_chunk("PLTE", "abcd")), "palette is malformed"));
    CHECK(contains(error(grey, png_chunk("PLTE", "abc")), "palette is malformed"));
    CHECK(contains(error(alpha, png_chunk("PLTE", "abc")), "palette is malformed"));
    PngFile colours{.height = 1, .width = 2};
    colours.sample = [](int, int column, int channel) { return static_cast<unsigned>(10 * column + channel); };
    CHECK(contains(error(colours, "", png_chunk("PLTE", "abc")), "palette is malformed"));
    colours.palette = std::string(std::size_t{3} * 256, 'a');
    CHECK(decode_png_text(colours.bytes()).pixels == std::vector<std::uint8_t>{0, 1, 2, 10, 11, 12});
    colours.palette += "abc";
    CHECK(contains(png_error(colours.bytes()), "palette is malformed"));
}

TEST_CASE("headers that cannot be") {
    PngFile file{.height = 2, .width = 2};
    for (const std::string& header : {file.header() + std::string(1, '\0'), file.header().substr(0, 12)})
        CHECK(contains(png_error(png_signature + png_chunk("IHDR", header) + png_chunk("IDAT", file.data()) +
                                 png_chunk("IEND", "")),
                       "header is malformed"));
    const std::string signature = png_signature.substr(0, 7);
    CHECK(contains(error_of([&] {
                       inspect_png({reinterpret_cast<const std::uint8_t*>(signature.data()), signature.size()}, "a");
                   }),
                   "cut short"));
    const std::string whole = file.bytes();
    for (const auto& [at, value] : std::vector<std::pair<std::size_t, char>>{
             {3, 0}, {7, 0}, {8, 0}, {8, 3}, {8, 32}, {9, 1}, {9, 5}, {9, 7}, {10, 1}, {11, 1}, {12, 2}}) {
        std::string header = file.header();
        header[at] = value;
        CHECK(contains(png_error(png_signature + png_chunk("IHDR", header) + png_chunk("IDAT", file.data()) +
                                 png_chunk("IEND", "")),
                       "header is malformed"));
    }
    for (const auto& [colour, depth] : {std::pair{3, 16}, {2, 4}, {4, 1}, {6, 2}}) {
        PngFile odd{.height = 2, .width = 2, .depth = depth, .colour = colour};
        odd.palette = "abc";
        CHECK(contains(png_error(odd.bytes()), "header is malformed"));
    }
    std::string large = file.header();
    large.replace(0, 8, std::string("\0\1\0\0\0\1\0\0", 8));
    CHECK(contains(png_error(png_signature + png_chunk("IHDR", large)), "65536 x 65536"));
    large.replace(0, 8, std::string("\x10\0\0\0\0\0\0\1", 8));  // more than all pixels in one row, or column
    CHECK(contains(png_error(png_signature + png_chunk("IHDR", large)), "268435456 x 1 "));
    large.replace(0, 8, std::string("\0\0\0\1\x10\0\0\0", 8));
    CHECK(contains(png_error(png_signature + png_chunk("IHDR", large)), "1 x 268435456 "));
    const std::string rest = png_chunk("IDAT", file.data()) + png_chunk("IEND", "");
    large.replace(0, 10, std::string("\0\0\x2C\0\0\0\x2C\0\x10\6", 10));  // 11264 x 11264 of 8 bytes
    CHECK(contains(png_error(png_signature + png_chunk("IHDR", large) + rest), "MiB of memory"));
    large.replace(0, 10, std::string("\0\0\x27\x10\0\0\x27\x10\x10\2", 10));  // 10000 x 10000 of 6 bytes
    const std::string bytes = png_signature + png_chunk("IHDR", large) + rest;
    const PngStructure png = inspect_png({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, "a.png");
#ifdef DITTO_COMPILE_STB
    // The compressed pixels, the rows with their filters, and the samples.
    CHECK(detail::decoding_bytes(png) == static_cast<std::int64_t>(file.data().size()) + 600'010'000 + 600'000'000);
    CHECK(contains(png_error(bytes), "MiB of memory"));
#else
    CHECK(detail::decoding_bytes(png) == 600'000'000 + 300'000'000);  // samples and picture
#endif
}

TEST_CASE("chunks that pixels do not need are passed over, bombs too") {
    PngFile file{.height = 2, .width = 2};
    file.sample = [](int, int, int) { return 9U; };
    // A text and a profile that would be 100 MB if anyone looked, and gamma, transparency and an animation.
    const std::string bomb = std::string("name\0\0", 6) + zlib_stored(std::string(60'000, 'a'));
    file.chunks_before = png_chunk("iCCP", bomb) + png_chunk("zTXt", bomb) + png_chunk("gAMA", std::string(4, '\0')) +
                         png_chunk("tRNS", std::string("\0\x09\0\x09\0\x09", 6)) + png_chunk("sBIT", "\5\6\5") +
                         png_chunk("acTL", std::string("\0\0\0\2\0\0\0\0", 8)) +
                         png_chunk("fcTL", std::string(26, 'a'));
    CHECK(decode_png_text(file.bytes()).pixels == std::vector<std::uint8_t>(12, 9));
}

TEST_CASE("no chunk that pixels do not need refuses a picture or changes a pixel, whatever it holds") {
    for (const int colour : {0, 2, 3, 6}) {
        PngFile file{.height = 3, .width = 5, .depth = 8, .colour = colour};
        file.palette = colour == 3 ? "abcdefghi" : "";
        file.sample = [](int row, int column, int channel) {
            return static_cast<unsigned>((row + column + channel) % 3);
        };
        const std::vector<std::uint8_t> pixels = decode_png_text(file.bytes()).pixels;
        for (const std::string type : {"tRNS", "bKGD", "hIST", "gAMA", "cHRM", "iCCP", "sRGB", "sBIT", "pHYs", "tIME",
                                       "tEXt", "zTXt", "iTXt", "eXIf", "sPLT", "oFFs", "pCAL", "sCAL", "sTER", "cICP",
                                       "mDCV", "cLLI", "acTL", "fcTL", "fdAT", "caBX", "vpAg", "none"})
            for (const std::string& payload :
                 {std::string(), std::string("\0", 1), std::string(2, '\xFF'), std::string(5, '\1'),
                  std::string("a\0\0", 3) + zlib_stored("b"), std::string(32, '\0'), std::string(300, '\xFE')}) {
                CAPTURE(type);
                CAPTURE(payload.size());
                PngFile with = file;
                with.chunks_before = png_chunk(type, payload) + png_chunk(type, payload);
                CHECK(decode_png_text(with.bytes()).pixels == pixels);
                with.chunks_before = "";
                with.chunks_after = png_chunk(type, payload) + png_chunk(type, payload);
                CHECK(decode_png_text(with.bytes()).pixels == pixels);
                std::string first = file.bytes();  // before the palette
                first.insert(first.find("IHDR") + 21, png_chunk(type, payload));
                CHECK(decode_png_text(first).pixels == pixels);
            }
        PngFile large = file;  // libpng's own limit is 8 MB
        large.chunks_before = png_chunk("tEXt", std::string(9'000'000, 'a'));
        CHECK(decode_png_text(large.bytes()).pixels == pixels);
    }
}

TEST_CASE("transparency is dropped, whatever is under it") {
    PngFile file{.height = 1, .width = 2, .depth = 8, .colour = 6};
    file.sample = [](int, int column, int channel) {
        return static_cast<unsigned>(channel == 3 ? column : 10 + channel);
    };
    CHECK(decode_png_text(file.bytes()).pixels == std::vector<std::uint8_t>{10, 11, 12, 10, 11, 12});
}

TEST_CASE("12 bits in 16 are refused, and so is what would be black of them") {
    for (const int colour : {0, 2, 4, 6}) {
        PngFile file{.height = 2, .width = 2, .depth = 16, .colour = colour};
        const bool alpha = colour >= 4;
        const int last = (colour & 2) != 0 ? 3 : 1;
        unsigned largest = 4095;
        file.sample = [&](int, int, int channel) { return alpha && channel == last ? 65535U : largest; };
        CHECK(contains(png_error(file.bytes()), "above 4095"));
        largest = 4096;
        CHECK(decode_png_text(file.bytes()).pixels == std::vector<std::uint8_t>(12, 16));
        largest = 0;
        CHECK(decode_png_text(file.bytes()).pixels == std::vector<std::uint8_t>(12, 0));
    }
}
