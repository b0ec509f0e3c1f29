// The checksums of PNG files.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace ditto::detail {

/// The CRC-32 of a PNG's chunk (ISO 15948, annex D).
inline std::uint32_t crc32(std::span<const std::uint8_t> bytes) {
    constexpr auto step = [](std::uint32_t crc) {
        for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320U : 0U);
        return crc;
    };
    // Four bytes at a time: table k is what a byte does that is followed by k others.
    static constexpr auto tables = [step] {
        std::array<std::array<std::uint32_t, 256>, 4> all{};
        for (std::uint32_t byte = 0; byte < 256; ++byte) {
            all[0][byte] = step(byte);
            for (std::size_t k = 1; k < 4; ++k) all[k][byte] = step(all[k - 1][byte]);
        }
        return all;
    }();
    std::uint32_t crc = ~0U;
    while (bytes.size() >= 4) {
        crc ^= bytes[0] | std::uint32_t{bytes[1]} << 8 | std::uint32_t{bytes[2]} << 16 | std::uint32_t{bytes[3]} << 24;
        crc = tables[3][crc & 255] ^ tables[2][crc >> 8 & 255] ^ tables[1][crc >> 16 & 255] ^ tables[0][crc >> 24];
        bytes = bytes.subspan(4);
    }
    for (const std::uint8_t byte : bytes) crc = tables[0][(crc ^ byte) & 255] ^ crc >> 8;
    return ~crc;
}

/// The Adler-32 of what a zlib stream holds (RFC 1950).
inline std::uint32_t adler32(std::span<const std::uint8_t> bytes) {
    constexpr std::uint32_t modulus = 65521;
    std::uint32_t sum = 1, sums = 0;
    while (!bytes.empty()) {
        const std::size_t count = std::min<std::size_t>(bytes.size(), 5552);  // 32 bits hold the sums of as many bytes
        for (const std::uint8_t byte : bytes.first(count)) sums += sum += byte;
        sum %= modulus;
        sums %= modulus;
        bytes = bytes.subspan(count);
    }
    return sums << 16 | sum;
}

}  // namespace ditto::detail
