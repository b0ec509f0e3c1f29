// PNG by libpng.
#pragma once

#include <png.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ditto/images/formats/checksums.hpp"
#include "ditto/images/formats/png.hpp"
#include "ditto/images/formats/png_pixels.hpp"
#include "ditto/images/formats/refusal.hpp"
#include "ditto/images/image.hpp"

namespace ditto::detail {

/// A PNG file that is being read. Errors as in LibjpegErrors: they jump, and warnings are errors.
class LibpngReader {
  public:
    explicit LibpngReader(std::span<const std::uint8_t> bytes) : rest_(bytes) {}
    LibpngReader(const LibpngReader&) = delete;
    LibpngReader& operator=(const LibpngReader&) = delete;
    ~LibpngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }

    const char* error() const { return text_.data(); }

    /// Fills `samples` [height, stride] as image_from_samples() wants them. False, with error(), where it fails.
    bool read(std::uint8_t* samples, std::size_t height, std::size_t stride) {
        if (setjmp(jump_) != 0) return false;
        if (!create()) return false;
        // The walk has seen to sizes; chunks that pixels do not need are not looked at.
        png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
        png_set_chunk_malloc_max(png_, 0);
        png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
        constexpr std::array<png_byte, 5> transparency = {'t', 'R', 'N', 'S', 0};  // which the line above leaves out
        png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, transparency.data(), 1);
#ifdef PNG_MAXIMUM_INFLATE_WINDOW
        png_set_option(png_, PNG_MAXIMUM_INFLATE_WINDOW, PNG_OPTION_ON);  // some encoders understate the window
#endif
        png_read_info(png_, info_);
        png_set_packing(png_);
        const int passes = png_set_interlace_handling(png_);
        png_read_update_info(png_, info_);
        if (png_get_rowbytes(png_, info_) != stride) return false;
        for (int pass = 0; pass < passes; ++pass)
            for (std::size_t row = 0; row < height; ++row) png_read_row(png_, samples + row * stride, nullptr);
        png_read_end(png_, nullptr);  // the end of the compressed pixels, with their checksum
        return true;
    }

    /// The first text before the pixels, in a chunk of up to `largest` bytes, compressed or not; empty where it fails.
    std::string_view read_text(std::size_t largest) {
        if (setjmp(jump_) != 0) return {};
        if (!create()) return {};
        png_set_chunk_malloc_max(png_, largest);
        png_read_info(png_, info_);
        png_textp texts = nullptr;
        int count = 0;
        if (png_get_text(png_, info_, &texts, &count) == 0) return {};
        return {texts[0].text, texts[0].text_length};
    }

  private:
    bool create() {
        png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, fail, fail);
        if (png_ != nullptr) info_ = png_create_info_struct(png_);
        if (info_ == nullptr) return false;
        png_set_read_fn(png_, this, give);
        png_set_benign_errors(png_, 0);
        return true;
    }

    [[noreturn]] static void fail(png_structp png, png_const_charp message) {
        auto& self = *static_cast<LibpngReader*>(png_get_error_ptr(png));
        for (std::size_t i = 0; i + 1 < self.text_.size() && message[i] != '\0'; ++i) self.text_[i] = message[i];
        std::longjmp(self.jump_, 1);
    }

    static void give(png_structp png, png_bytep target, std::size_t size) {
        auto& self = *static_cast<LibpngReader*>(png_get_io_ptr(png));
        if (self.rest_.size() < size) png_error(png, "the end is missing");
        std::copy_n(self.rest_.begin(), size, target);
        self.rest_ = self.rest_.subspan(size);
    }

    std::span<const std::uint8_t> rest_;
    png_structp png_ = nullptr;
    png_infop info_ = nullptr;
    std::jmp_buf jump_{};
    std::array<char, 200> text_{};
};

/// Bytes that decode_png() takes.
inline std::int64_t decoding_bytes(const PngStructure& png) {
    return image_from_samples_bytes(png);
}

/// The pixels of a PNG file as they are stored, RGB. Throws Error if it is damaged.
inline Image decode_png(std::span<const std::uint8_t> bytes, const PngStructure& png, const std::string& name) {
    const auto height = static_cast<std::size_t>(png.height);
    std::vector<std::uint8_t> samples(static_cast<std::size_t>(png.all_sample_bytes()));
    LibpngReader decoder(bytes);
    if (!decoder.read(samples.data(), height, samples.size() / height))
        refuse_damaged(name, std::string("cannot be decoded (") + decoder.error() + ")");
    return image_from_samples(png, std::move(samples), name);
}

/// A compressed text; empty where it is damaged, or of more than a mebibyte. By libpng, in a PNG that has nothing else:
/// zlib itself may not be linked.
inline std::string inflate_text(std::span<const std::uint8_t> compressed) {
    using std::string_view_literals::operator""sv;
    constexpr std::size_t largest = std::size_t{1} << 20;
    if (compressed.size() > largest) return {};
    std::vector<std::uint8_t> file;
    const auto append = [&](std::string_view text) { file.insert(file.end(), text.begin(), text.end()); };
    const auto append_number = [&](std::size_t number) {
        for (int shift = 24; shift >= 0; shift -= 8) file.push_back(static_cast<std::uint8_t>(number >> shift & 0xFF));
    };
    append("\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0\x3A\x7E\x9B\x55"sv);  // one pixel
    constexpr std::string_view before = "zTXta\0\0"sv;                                      // type, keyword, method
    append_number(before.size() - 4 + compressed.size());
    append(before);
    file.insert(file.end(), compressed.begin(), compressed.end());
    append_number(crc32(std::span(file).last(before.size() + compressed.size())));
    append("\0\0\0\0IDAT"sv);  // libpng reads what is before
    LibpngReader reader(file);
    return std::string(reader.read_text(largest));
}

/// An image as a PNG file; empty if it cannot be encoded.
inline std::vector<std::uint8_t> encode_png(const Image& image) {
    ::png_image description{};
    description.version = PNG_IMAGE_VERSION;
    description.width = static_cast<png_uint_32>(image.width);
    description.height = static_cast<png_uint_32>(image.height);
    description.format = PNG_FORMAT_RGB;
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(description);
    std::vector<std::uint8_t> bytes(size);
    if (png_image_write_to_memory(&description, bytes.data(), &size, 0, image.pixels.data(), 3 * image.width,
                                  nullptr) == 0)
        return {};
    bytes.resize(size);
    return bytes;
}

}  // namespace ditto::detail
