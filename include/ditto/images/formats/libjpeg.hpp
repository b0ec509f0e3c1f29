// JPEG by libjpeg-turbo.
#pragma once

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include <jpeglib.h>

#include <jerror.h>

#include "ditto/images/formats/jpeg.hpp"
#include "ditto/images/formats/refusal.hpp"
#include "ditto/images/image.hpp"

namespace ditto::detail {

/// How libjpeg's errors come out of it: it knows no exceptions, so that each of its calls that can fail stands in a
/// function without objects that would have to be destroyed, and jumps to its beginning. Warnings are errors: libjpeg
/// goes on behind them with pixels of its own making. But not those of another JFIF version, nor of bytes between a
/// scan and the next marker: the walk has seen that they are zeros, as some cameras write them.
struct LibjpegErrors {
    jpeg_error_mgr manager{};  // first: libjpeg knows its address only
    std::jmp_buf jump{};
    std::array<char, JMSG_LENGTH_MAX> text{};

    jpeg_error_mgr* start() {
        jpeg_std_error(&manager);
        manager.error_exit = [](j_common_ptr info) { fail(info); };
        manager.emit_message = [](j_common_ptr info, int level) {
            const int code = info->err->msg_code;
            if (level < 0 && code != JWRN_JFIF_MAJOR && code != JWRN_EXTRANEOUS_DATA) fail(info);
        };
        return &manager;
    }

    static void fail(j_common_ptr info) {
        auto& errors = *reinterpret_cast<LibjpegErrors*>(info->err);
        errors.manager.format_message(info, errors.text.data());
        std::longjmp(errors.jump, 1);
    }
};

/// A JPEG file that is being decoded.
class LibjpegDecoder {
  public:
    LibjpegDecoder() = default;
    LibjpegDecoder(const LibjpegDecoder&) = delete;
    LibjpegDecoder& operator=(const LibjpegDecoder&) = delete;
    ~LibjpegDecoder() { jpeg_destroy_decompress(&info_); }

    const char* error() const { return errors_.text.data(); }

    /// False, with error(), where it fails.
    bool start(std::span<const std::uint8_t> bytes, bool cmyk) {
        info_.err = errors_.start();
        if (setjmp(errors_.jump) != 0) return false;
        jpeg_create_decompress(&info_);
        jpeg_mem_src(&info_, bytes.data(), static_cast<unsigned long>(bytes.size()));
        jpeg_read_header(&info_, TRUE);
        info_.out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
        info_.dct_method = JDCT_ISLOW;     // exact to a half of a level, the same on every processor
        info_.do_fancy_upsampling = TRUE;  // colours between their samples; both as Pillow and torchvision have it
        jpeg_start_decompress(&info_);
        return true;
    }

    /// Fills `pixels` [height, width, 3]; `line` [width, 4] is scratch for CMYK. False, with error(), where it fails.
    bool read(std::uint8_t* pixels, std::uint8_t* line) {
        if (setjmp(errors_.jump) != 0) return false;
        const std::size_t stride = 3 * std::size_t{info_.output_width};
        const bool cmyk = info_.out_color_space == JCS_CMYK;
        while (info_.output_scanline < info_.output_height) {
            std::uint8_t* target = pixels + stride * info_.output_scanline;
            JSAMPROW row = cmyk ? line : target;
            jpeg_read_scanlines(&info_, &row, 1);
            if (cmyk) from_adobe_cmyk(line, target, info_.output_width);
        }
        jpeg_finish_decompress(&info_);
        return true;
    }

  private:
    /// Adobe's files hold how much paper is left white by each ink; Pillow's arithmetic.
    static void from_adobe_cmyk(const std::uint8_t* source, std::uint8_t* target, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i)
            for (std::size_t c = 0; c < 3; ++c) {
                const unsigned white = source[4 * i + 3], product = (255U - source[4 * i + c]) * white + 128;
                const unsigned ink = (product + (product >> 8)) >> 8;
                target[3 * i + c] = static_cast<std::uint8_t>(white - ink);
            }
    }

    jpeg_decompress_struct info_{};
    LibjpegErrors errors_;
};

/// Bytes that decode_jpeg() takes: the picture and, until the last of several scans, the coefficients.
inline std::int64_t decoding_bytes(const JpegStructure& jpeg) {
    const bool kept = jpeg.frame.progressive || jpeg.scans > 1;
    return 3 * jpeg.frame.pixels() + (kept ? jpeg.frame.coefficient_bytes() : 0);
}

/// The pixels of a JPEG file as they are stored, RGB. Throws Error if it is damaged, wider or higher than libjpeg
/// takes, or CMYK in unknown terms.
inline Image decode_jpeg(std::span<const std::uint8_t> bytes, const JpegStructure& jpeg, const std::string& name) {
    const bool cmyk = jpeg.frame.components.size() == 4;
    if (cmyk && !jpeg.adobe)
        refuse_unsupported(name, "CMYK without Adobe's segment, by which one knows whether 0 is ink or paper,");
    if (std::max(jpeg.frame.height, jpeg.frame.width) > JPEG_MAX_DIMENSION)
        refuse_unsupported(name, "a JPEG of more than " + std::to_string(JPEG_MAX_DIMENSION) +
                                     " pixels in width or height, in a build with libjpeg,");
    const auto height = static_cast<std::size_t>(jpeg.frame.height), width = static_cast<std::size_t>(jpeg.frame.width);
    Image image{jpeg.frame.height, jpeg.frame.width, {}};
    LibjpegDecoder decoder;
    if (decoder.start(bytes, cmyk)) {
        std::vector<std::uint8_t> line(cmyk ? 4 * width : 0);
        image.pixels.resize(3 * height * width);
        if (decoder.read(image.pixels.data(), line.data())) return image;
    }
    refuse_damaged(name, std::string("cannot be decoded (") + decoder.error() + ")");
}

/// An image that is being encoded as JPEG.
class LibjpegEncoder {
  public:
    LibjpegEncoder() = default;
    LibjpegEncoder(const LibjpegEncoder&) = delete;
    LibjpegEncoder& operator=(const LibjpegEncoder&) = delete;
    ~LibjpegEncoder() {
        jpeg_destroy_compress(&info_);
        std::free(bytes_);
    }

    /// The file; empty where it fails.
    std::span<const std::uint8_t> encode(const Image& image, int quality) {
        info_.err = errors_.start();
        if (setjmp(errors_.jump) != 0) return {};
        jpeg_create_compress(&info_);
        jpeg_mem_dest(&info_, &bytes_, &size_);
        info_.image_width = static_cast<JDIMENSION>(image.width);
        info_.image_height = static_cast<JDIMENSION>(image.height);
        info_.input_components = 3;
        info_.in_color_space = JCS_RGB;
        jpeg_set_defaults(&info_);
        jpeg_set_quality(&info_, quality, TRUE);
        jpeg_start_compress(&info_, TRUE);
        while (info_.next_scanline < info_.image_height) {
            const std::size_t at = 3 * std::size_t{info_.next_scanline} * info_.image_width;
            JSAMPROW row = const_cast<JSAMPROW>(image.pixels.data() + at);  // it reads only
            jpeg_write_scanlines(&info_, &row, 1);
        }
        jpeg_finish_compress(&info_);
        return {bytes_, size_};
    }

  private:
    jpeg_compress_struct info_{};
    LibjpegErrors errors_;
    unsigned char* bytes_ = nullptr;
    unsigned long size_ = 0;
};

/// An image as a JPEG file of a quality from 1 to 100; empty if it cannot be encoded.
inline std::vector<std::uint8_t> encode_jpeg(const Image& image, int quality) {
    LibjpegEncoder encoder;
    const std::span<const std::uint8_t> bytes = encoder.encode(image, quality);
    return {bytes.begin(), bytes.end()};
}

}  // namespace ditto::detail
