// JPEG files made in the test, of any kind that there is and some that there is not: one colour, one unit of blocks.
// The quantization step is 8, so that a block's first coefficient is its level less 128, exactly.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

struct FlatComponent {
    int id = 1, level = 128;
    int horizontal = 1, vertical = 1;
};

/// A scan of some components, by position: coefficients first to last, of which `low` bits are left out and `high`
/// were.
struct FlatScan {
    std::vector<std::size_t> components;
    int first = 0, last = 63, high = 0, low = 0;
};

inline std::string jpeg_segment(int code, const std::string& payload) {
    const std::size_t length = payload.size() + 2;
    std::string segment = {'\xFF', static_cast<char>(code), static_cast<char>(length >> 8),
                           static_cast<char>(length & 255)};
    return segment + payload;
}

inline std::string adobe_segment(int transform) {
    return jpeg_segment(0xEE, std::string("Adobe\0\x64\0\0\0\0", 11) + static_cast<char>(transform));
}

/// Bits, filled up with ones to whole bytes, as they stand in a scan: a zero follows each byte of ones.
inline std::string jpeg_data(std::string bits) {
    bits.resize((bits.size() + 7) / 8 * 8, '1');
    std::string data;
    for (std::size_t i = 0; i < bits.size(); i += 8) {
        data += static_cast<char>(std::stoi(bits.substr(i, 8), nullptr, 2));
        if (data.back() == '\xFF') data += '\0';
    }
    return data;
}

struct FlatJpeg {
    std::vector<FlatComponent> components = {{}};
    std::vector<FlatScan> scans = {{{0}}};
    int frame = 0xC0;  ///< code of the frame header's marker
    int precision = 8;
    std::string application = {};  ///< segments before all others
    std::string quantization = std::string(1, '\0') + std::string(64, '\x08');
    // Codes 0000 to 1011 are the sizes 0 to 11 of a first coefficient; the code 0 ends a block or run.
    std::string huffman = std::string("\0\0\0\0\x0C", 5) + std::string(12, '\0') +
                          std::string("\0\1\2\3\4\5\6\7\x08\x09\x0A\x0B", 12) + std::string("\x10\1", 2) +
                          std::string(16, '\0');
    std::string after_scans = {};  ///< between the last scan and the end

    int width() const { return 8 * most(&FlatComponent::horizontal); }
    int height() const { return 8 * most(&FlatComponent::vertical); }

    std::string frame_segment() const {
        std::string payload = {static_cast<char>(precision), '\0',
                               static_cast<char>(height()),  '\0',
                               static_cast<char>(width()),   static_cast<char>(components.size())};
        for (const FlatComponent& c : components)
            payload += {static_cast<char>(c.id), static_cast<char>(c.horizontal << 4 | c.vertical), '\0'};
        return jpeg_segment(frame, payload);
    }

    std::string scan(const FlatScan& scan) const {
        std::string header(1, static_cast<char>(scan.components.size()));
        for (const std::size_t i : scan.components) header += {static_cast<char>(components[i].id), '\0'};
        header +=
            {static_cast<char>(scan.first), static_cast<char>(scan.last), static_cast<char>(scan.high << 4 | scan.low)};
        std::string bits;
        for (const std::size_t i : scan.components) {
            const int level = components[i].level - 128;
            for (int block = 0; block < components[i].horizontal * components[i].vertical; ++block) {
                if (scan.first == 0 && scan.high == 0) {
                    // The difference to the block before: its size, then its bits, of a negative one less 1.
                    const int difference = block == 0 ? level >> scan.low : 0;
                    int size = 0;
                    while (std::abs(difference) >> size != 0) ++size;
                    append(bits, size, 4);
                    append(bits, difference < 0 ? difference - 1 : difference, size);
                } else if (scan.first == 0) {
                    append(bits, level >> scan.low, 1);
                }
                if (scan.last > 0) bits += '0';
            }
        }
        return jpeg_segment(0xDA, header) + jpeg_data(bits);
    }

    std::string bytes() const {
        std::string file =
            "\xFF\xD8" + application + jpeg_segment(0xDB, quantization) + frame_segment() + jpeg_segment(0xC4, huffman);
        for (const FlatScan& one : scans) file += scan(one);
        return file + after_scans + "\xFF\xD9";
    }

  private:
    int most(int FlatComponent::*factor) const {
        int result = 1;
        for (const FlatComponent& c : components) result = std::max(result, c.*factor);
        return result;
    }

    static void append(std::string& bits, int value, int count) {
        for (int bit = count - 1; bit >= 0; --bit) bits += (value >> bit & 1) != 0 ? '1' : '0';
    }
};
