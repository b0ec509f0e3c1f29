// PNG files made in the test, of any kind that there is and some that there is not. Nothing is compressed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

inline const std::string png_signature = "\x89PNG\r\n\x1A\n";

inline std::string big_endian_text(std::uint32_t value) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 255);
    return bytes;
}

/// A chunk with its length and its checksum.
inline std::string png_chunk(const std::string& type, const std::string& payload) {
    std::uint32_t crc = ~0U;  // bit by bit, as the standard says it
    for (const char byte : type + payload)
        for (int bit = 0; bit < 8; ++bit) {
            const bool odd = ((crc ^ static_cast<std::uint8_t>(byte) >> bit) & 1) != 0;
            crc = crc >> 1 ^ (odd ? 0xEDB88320U : 0U);
        }
    return big_endian_text(static_cast<std::uint32_t>(payload.size())) + type + payload + big_endian_text(~crc);
}

/// A zlib stream of stored blocks.
inline std::string zlib_stored(const std::string& raw) {
    std::string stream = "\x78\x01";
    std::size_t at = 0;
    do {
        const std::string block = raw.substr(at, 65535);
        at += block.size();
        stream += static_cast<char>(at == raw.size());
        for (const std::size_t size : {block.size(), ~block.size()}) {
            stream += static_cast<char>(size & 255);
            stream += static_cast<char>(size >> 8 & 255);
        }
        stream += block;
    } while (at < raw.size());
    std::uint32_t sum = 1, sums = 0;
    for (const char byte : raw) {
        sum = (sum + static_cast<std::uint8_t>(byte)) % 65521;
        sums = (sums + sum) % 65521;
    }
    return stream + big_endian_text(sums << 16 | sum);
}

struct PngFile {
    int height = 1, width = 1;
    int depth = 8, colour = 2;  ///< as in the header: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA
    bool interlaced = false;
    std::string palette = {};  ///< [entries, 3]
    std::function<unsigned(int row, int column, int channel)> sample = [](int, int, int) { return 0U; };
    std::string chunks_before = {}, chunks_after = {};                     ///< around the pixels
    std::function<void(std::string&)> change_rows = {}, change_data = {};  ///< before and after they are a zlib stream

    std::string header() const {
        std::string bytes =
            big_endian_text(static_cast<std::uint32_t>(width)) + big_endian_text(static_cast<std::uint32_t>(height));
        for (const int value : {depth, colour, 0, 0, int{interlaced}}) bytes += static_cast<char>(value);
        return bytes;
    }

    /// The zlib stream: rows without a filter, in one pass or in Adam7's seven.
    std::string data() const {
        struct Pass {
            int row, column, row_step, column_step;
        };
        constexpr std::array<Pass, 7> adam7 = {
            {{0, 0, 8, 8}, {0, 4, 8, 8}, {4, 0, 8, 4}, {0, 2, 4, 4}, {2, 0, 4, 2}, {0, 1, 2, 2}, {1, 0, 2, 1}}};
        std::string rows;
        for (const Pass& pass : adam7) {
            const Pass p = interlaced ? pass : Pass{0, 0, 1, 1};
            for (int row = p.row; row < height && p.column < width; row += p.row_step) {
                rows += '\0';
                unsigned bits = 0, count = 0;
                for (int column = p.column; column < width; column += p.column_step)
                    for (int channel = 0; channel < channels(); ++channel) {
                        bits = bits << depth | sample(row, column, channel);
                        count += static_cast<unsigned>(depth);
                        for (; count >= 8; count -= 8) rows += static_cast<char>(bits >> (count - 8) & 255);
                    }
                if (count > 0) rows += static_cast<char>(bits << (8 - count) & 255);
            }
            if (!interlaced) break;
        }
        if (change_rows) change_rows(rows);
        std::string stream = zlib_stored(rows);
        if (change_data) change_data(stream);
        return stream;
    }

    std::string bytes() const {
        return png_signature + png_chunk("IHDR", header()) + (palette.empty() ? "" : png_chunk("PLTE", palette)) +
               chunks_before + png_chunk("IDAT", data()) + chunks_after + png_chunk("IEND", "");
    }

  private:
    int channels() const { return colour == 2 ? 3 : colour == 4 ? 2 : colour == 6 ? 4 : 1; }
};
