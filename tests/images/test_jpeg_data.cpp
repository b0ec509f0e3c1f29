// The compressed pixels of JPEG files: data that ends early, goes on, or is that of no pixels.
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
#include "jpeg_text.hpp"

using namespace ditto;

namespace {

/// The code of a symbol of the coefficients behind the first: 0000 is the end of the block, and so on.
std::string code(int symbol) {
    constexpr std::array symbols = {0x00, 0xF0, 0x01, 0x02, 0xD1, 0xE1, 0xE2, 0x10};
    const auto at = std::find(symbols.begin(), symbols.end(), symbol) - symbols.begin();
    return {'0', at & 4 ? '1' : '0', at & 2 ? '1' : '0', at & 1 ? '1' : '0'};
}

/// A grey file of one block, whose first coefficient is 0, with the bits of the others: in one scan or, in a
/// progressive file, in two, of which the first leaves the last bits to the second.
std::string block_file(bool progressive, const std::vector<std::string>& scans) {
    FlatJpeg file{.scans = {}, .frame = progressive ? 0xC2 : 0xC0};
    file.huffman.resize(29);  // the table of first coefficients
    file.huffman +=
        std::string("\x10\0\0\0\x08", 5) + std::string(12, '\0') + std::string("\x00\xF0\x01\x02\xD1\xE1\xE2\x10", 8);
    const std::string one("\1\1\0", 3);  // component, its name, and its tables
    if (progressive) file.scans = {{{0}, 0, 0}};
    if (!progressive)
        file.after_scans = jpeg_segment(0xDA, one + std::string("\0\x3F\0", 3)) + jpeg_data("0000" + scans[0]);
    for (std::size_t i = 0; i < scans.size() && progressive; ++i) {
        const char bits = scans.size() == 1 ? '\0' : i == 0 ? '\1' : '\x10';
        file.after_scans += jpeg_segment(0xDA, one + "\1\x3F" + bits) + jpeg_data(scans[i]);
    }
    return file.bytes();
}

}  // namespace

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
    CHECK(contains(jpeg_error(block_file(false, {code(0x10)})), "more coefficients than there are"));  // no such run
}

TEST_CASE("a block's coefficients are the same in one scan and bit by bit, up to the last") {
    // Number 17 is 3, 18 is -1, 32 is 1 and the last, 63, is 2 or 1: 16 zeros, 2 bits, 1 bit, 13 zeros and 1 bit, ...
    const std::string zeros = code(0xF0), end = code(0x00);
    const std::string begin = zeros + code(0x02) + "11" + code(0x01) + "0" + code(0xD1) + "1" + zeros;
    // All but the last bits: 1 at 17. Then the others' signs, each with the last bits of those that it passes behind
    // it.
    const std::string before = zeros + code(0x01) + "1", after = zeros + code(0x01) + "0" + "1" + code(0xD1) + "1";
    struct Block {
        std::string whole, first, refining;
    };
    for (const Block& block :
         {Block{begin + code(0xE2) + "10", before + zeros + zeros + code(0xD1) + "1", after + end + "0"},
          Block{begin + code(0xE1) + "1", before + end, after + zeros + code(0xE1) + "1"}}) {
        const std::vector<std::uint8_t> pixels = decode_jpeg_text(block_file(false, {block.whole})).pixels;
        CHECK(*std::ranges::max_element(pixels) > *std::ranges::min_element(pixels));
        CHECK(decode_jpeg_text(block_file(true, {block.whole})).pixels == pixels);
        CHECK(decode_jpeg_text(block_file(true, {block.first, block.refining})).pixels == pixels);
    }
}

TEST_CASE("progressive codes beyond a block, or of more than one new bit, are refused") {
    const std::string zeros = code(0xF0), value = code(0xD1) + "1", end = code(0x00), beyond = "more coefficients";
    CHECK(jpeg_error(block_file(true, {end, end})).empty());
    CHECK(contains(jpeg_error(block_file(true, {zeros + zeros + zeros + zeros})), beyond));
    CHECK(contains(jpeg_error(block_file(true, {value + value + value + value + value})), beyond));
    CHECK(jpeg_error(block_file(true, {end, value + value + value + value + end})).empty());
    CHECK(contains(jpeg_error(block_file(true, {end, value + value + value + value + value})), beyond));
    CHECK(contains(jpeg_error(block_file(true, {end, code(0x02) + "11" + end})), beyond));
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
