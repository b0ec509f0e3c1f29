#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <utility>

#include "../support/temporary_folder.hpp"
#include "ditto/images/image_file.hpp"
#include "ditto/images/save_png.hpp"
#include "images.hpp"
#include "png_file.hpp"

using namespace ditto;

namespace {

std::string load_error(const std::filesystem::path& path) {
    const std::string error = error_of([&] { load_image(path); });
    CHECK(contains(error, path.string()));
    CHECK(!contains(error, "\n"));
    return error;
}

}  // namespace

TEST_CASE("a PNG gives back every byte") {
    const TemporaryFolder folder;
    const Image image = noise_image(17, 31);
    save_png(folder / "a.png", image);
    CHECK(folder.entries() == 1);
    const Image loaded = load_image(folder / "a.png");
    CHECK(loaded.height == 17);
    CHECK(loaded.width == 31);
    CHECK(loaded.pixels == image.pixels);
}

TEST_CASE("a JPEG is close to what was written, whatever its name") {
    const TemporaryFolder folder;
    const Image image = smooth_image(40, 56);
    write_text(folder / "a.png", jpeg(image));
    const Image loaded = load_image(folder / "a.png");
    REQUIRE(loaded.pixels.size() == image.pixels.size());
    double error = 0.0;
    for (std::size_t i = 0; i < image.pixels.size(); ++i) error += std::abs(int{loaded.pixels[i]} - image.pixels[i]);
    // Quality 95 quantizes the coefficients of smooth images by a few levels; a wrong channel order costs 80.
    CHECK(error / static_cast<double>(image.pixels.size()) < 4.0);
}

TEST_CASE("PGM and PPM") {
    const TemporaryFolder folder;
    using Bytes = std::vector<std::uint8_t>;
    write_text(folder / "a.pgm", "P5\n# a comment\n2 1\n255\n\x0A\xFA");
    CHECK(load_image(folder / "a.pgm").pixels == Bytes{10, 10, 10, 250, 250, 250});
    write_text(folder / "a.ppm", "P6 1 1 255 \x01\x02\x03");
    CHECK(load_image(folder / "a.ppm").pixels == Bytes{1, 2, 3});
    write_text(folder / "scaled.pgm", "P5 2 1 100\n\x64\x32");  // 100 of 100 and 50 of 100
    CHECK(load_image(folder / "scaled.pgm").pixels == Bytes{255, 255, 255, 128, 128, 128});
    write_text(folder / "wide.pgm", std::string("P5 1 1 65535\n\x80\x00", 15));  // 32768 of 65535
    CHECK(load_image(folder / "wide.pgm").pixels == Bytes{128, 128, 128});
    write_text(folder / "first.pgm", "P5 2 1 255\n#a");  // pixels that look like a comment
    CHECK(load_image(folder / "first.pgm").pixels == Bytes{35, 35, 35, 97, 97, 97});

    write_text(folder / "short.pgm", "P5 2 2 255\nabc");
    CHECK(contains(load_error(folder / "short.pgm"), "cut short"));
    for (const char* damaged : {"P5 1 1 100\n\x65", "P6 1 1 7 \1\2\x08"}) {  // more than white
        write_text(folder / "bad.pgm", damaged);
        CHECK(contains(load_error(folder / "bad.pgm"), "and white only"));
    }
    write_text(folder / "dark.pgm", std::string("P5 2 1 65535\n\x0F\xFF\0\0", 17));
    CHECK(contains(load_error(folder / "dark.pgm"), "above 4095"));
    write_text(folder / "dark.pgm", std::string("P5 2 1 4095\n\x0F\xFF\0\0", 16));  // which says that it has 12 bits
    CHECK(load_image(folder / "dark.pgm").pixels == Bytes{255, 255, 255, 0, 0, 0});
    for (const char* header : {"P51 1 255\na", "P5", "P5 2", "P5 2 2 255", "P5 0 2 255\n", "P5 -2 2 255\n",
                               "P5 2 2 70000\nabcd", "P5 2 2 0\nabcd", "P5 two 2 255\nabcd", "P5 # no end",
                               "P5 2 0 255\n", "P5 2 1 255ab", "P5\x01 1 1 255\na", "P5 1 12345678901 255\na"}) {
        write_text(folder / "bad.pgm", header);
        CHECK(contains(load_error(folder / "bad.pgm"), "header is malformed"));
    }
}

TEST_CASE("a PPM's pixels begin and end where they must") {
    const auto pixels = [](const std::string& text) {
        return decode_image({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, "a.ppm").pixels;
    };
    const std::string colours("\xC8\0\0\xC8\0\0", 6), feeds = "\n\n\n\n\n\n";
    const std::vector<std::uint8_t> red = {200, 0, 0, 200, 0, 0};
    CHECK(pixels("P6\n2 1\n255\n" + colours) == red);
    CHECK(pixels("P6\r\n2 1\r\n255\r" + colours) == red);
    CHECK(pixels("P6\r\n2 1\r\n255\r\n" + colours) == red);
    CHECK(pixels("P6 2 1 255\r" + feeds) == std::vector<std::uint8_t>(6, 10));  // pixels that look like an end of line
    CHECK(pixels("P6 2 1 255\r\n" + feeds) == std::vector<std::uint8_t>(6, 10));
    CHECK(contains(error_of([&] { pixels("P6 2 1 255\r\n" + colours.substr(2)); }), "cut short"));
    for (const std::string& more : {"\n" + colours, colours + "\n", colours + "P6 2 1 255\n" + colours})
        CHECK(contains(error_of([&] { pixels("P6 2 1 255\n" + more); }), "follow its pixels"));
    CHECK(contains(error_of([&] { pixels("P6 2 1 255\r\n" + colours + "\n"); }), "2 bytes follow its pixels"));
    CHECK(contains(error_of([&] { pixels("P5 1 1 255 ab"); }), "follow its pixels"));
    CHECK(contains(error_of([&] { pixels("P5 1 1 255\rab"); }), "1 bytes follow its pixels"));
}

TEST_CASE("files that are no images") {
    const TemporaryFolder folder;
    CHECK(contains(load_error(folder / "missing.jpg"), "no such file"));
    std::filesystem::create_directory(folder / "folder.jpg");
    CHECK(contains(load_error(folder / "folder.jpg"), "not a regular file"));
    write_text(folder / "empty.jpg", "");
    CHECK(contains(load_error(folder / "empty.jpg"), "empty"));
    write_text(folder / "text.jpg", "I am not a picture.\n");
    CHECK(contains(load_error(folder / "text.jpg"), "not a JPEG, PNG"));
    const std::pair<std::string, const char*> others[] = {
        {"GIF89a and so on", "a GIF file"},
        {"BM and so on", "a BMP file"},
        {std::string("RIFF\x10\0\0\0WEBPVP8 ", 16), "a WebP file"},
        {std::string("\0\0\0\x18"
                     "ftypheic",
                     12),
         "a HEIC file"},
        {std::string("\0\0\0\x18"
                     "ftypavif",
                     12),
         "an AVIF file"},
        {std::string("II*\0\x08\0\0\0", 8), "a TIFF or raw file"},
        {"<!DOCTYPE html><title>404 Not Found</title>", "an HTML file"},
        {"P2 1 1 255 7", "a PGM in text form file"}};
    for (const auto& [bytes, kind] : others) {
        write_text(folder / "other.jpg", bytes);
        const std::string error = load_error(folder / "other.jpg");
        CHECK(contains(error, kind));
        CHECK(contains(error, "convert it to JPEG or PNG"));
    }
    write_text(folder / "noise.jpg", "\xFF\xD8\xFF\xDA plain nonsense \xFF\xD9");
    CHECK(!load_error(folder / "noise.jpg").empty());
    if (geteuid() != 0) {  // root may read everything
        write_text(folder / "secret.jpg", jpeg(smooth_image(8, 8)));
        std::filesystem::permissions(folder / "secret.jpg", std::filesystem::perms::none);
        CHECK(contains(load_error(folder / "secret.jpg"), "permissions"));
    }
}

TEST_CASE("a file cut anywhere is an error") {
    const TemporaryFolder folder;
    save_png(folder / "whole.png", noise_image(16, 16));
    const std::string jpeg_file = jpeg(noise_image(16, 16)), png = read_text(folder / "whole.png");
    for (const std::string& whole : {jpeg_file, png})
        for (std::size_t size = 1; size < whole.size(); ++size) {
            const std::span bytes(reinterpret_cast<const std::uint8_t*>(whole.data()), size);
            CHECK(contains(error_of([&] { decode_image(bytes, "cut"); }), "cut"));
        }
}

TEST_CASE("the decoders, too, refuse what is not the picture that it was said to be") {
    const std::string png = PngFile{.height = 16, .width = 16}.bytes(), jpeg_file = jpeg(noise_image(16, 16));
    const auto bytes = [](const std::string& text, std::size_t size) {
        return std::span(reinterpret_cast<const std::uint8_t*>(text.data()), size);
    };
    const JpegStructure jpeg_structure = inspect_jpeg(bytes(jpeg_file, jpeg_file.size()), "a");
    PngStructure structure = inspect_png(bytes(png, png.size()), "a");
#ifdef DITTO_COMPILE_STB
    JpegStructure larger = jpeg_structure;
    for (int detail::JpegFrame::*side : {&detail::JpegFrame::height, &detail::JpegFrame::width}) {
        larger.frame = jpeg_structure.frame;
        larger.frame.*side = 17;
        CHECK(contains(error_of([&] { detail::decode_jpeg(bytes(jpeg_file, jpeg_file.size()), larger, "a"); }),
                       "cannot be decoded"));
    }
#else
    // libjpeg gives a warning, and pixels of its own making.
    CHECK(contains(error_of([&] { detail::decode_jpeg(bytes(jpeg_file, jpeg_file.size() - 20), jpeg_structure, "a"); }),
                   "cannot be decoded (Premature end"));
    CHECK(contains(error_of([&] { detail::decode_png(bytes(png, png.size() / 2), structure, "a"); }),
                   "cannot be decoded (the end is missing)"));
#endif
    structure.width = 15;
    CHECK(contains(error_of([&] { detail::decode_png(bytes(png, png.size()), structure, "a"); }), "cannot be decoded"));
}

TEST_CASE("images that claim to be enormous are not decoded") {
    const TemporaryFolder folder;
    const PngFile png{.height = 12000, .width = 12000};
    write_text(folder / "a.png", png_signature + png_chunk("IHDR", png.header()));
    CHECK(contains(load_error(folder / "a.png"), "12000 x 12000"));
    std::string bytes = jpeg(noise_image(8, 8));
    const std::size_t frame = bytes.find("\xFF\xC0");
    REQUIRE(frame != std::string::npos);
    bytes.replace(frame + 5, 4, "\xFF\xFF\xFF\xFF");
    write_text(folder / "a.jpg", bytes);
    CHECK(contains(load_error(folder / "a.jpg"), "65535 x 65535"));
    write_text(folder / "a.pgm", "P5 99999999 99999999 255\nabc");
    CHECK(contains(load_error(folder / "a.pgm"), "claims"));
}

TEST_CASE("a PNG that cannot be written leaves nothing") {
    const TemporaryFolder folder;
    CHECK(!error_of([&] { save_png(folder / "no/such/a.png", noise_image(2, 2)); }).empty());
    CHECK(contains(error_of([&] { save_png(folder / "a.png", Image{}); }), "0 x 0"));
    CHECK(contains(error_of([&] { save_png(folder / "a.png", {2, 0, {}}); }), "0 x 2"));
    CHECK(contains(error_of([&] { save_png(folder / "a.png", {2, 3, std::vector<std::uint8_t>(17)}); }), "3 x 2"));
    CHECK(folder.entries() == 0);
}

TEST_CASE("what cannot be encoded gives no bytes") {
    CHECK(!detail::encode_jpeg(noise_image(1, 1), 95).empty());
    CHECK(detail::encode_jpeg(Image{}, 95).empty());
#ifndef DITTO_COMPILE_STB
    CHECK(detail::encode_jpeg(blank_image(1, 65501), 95).empty());  // libjpeg's own limit is 65500
    CHECK(detail::encode_png(Image{}).empty());
#endif
}
