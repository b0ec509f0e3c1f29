// A PNG whose chunks have the checksums that they should have.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "ditto/images/formats/checksums.hpp"

using Bytes = std::vector<std::uint8_t>;

/// The same bytes where they are no PNG.
inline Bytes with_right_checksums(std::span<const std::uint8_t> input) {
    Bytes bytes(input.begin(), input.end());
    constexpr std::string_view signature = "\x89PNG\r\n\x1A\n";
    const auto same = [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; };
    if (bytes.size() < 8 || !std::equal(signature.begin(), signature.end(), bytes.begin(), same)) return bytes;
    for (std::size_t at = 8; bytes.size() - at >= 12;) {
        std::size_t length = 0;
        for (std::size_t i = 0; i < 4; ++i) length = length << 8 | bytes[at + i];
        if (bytes.size() - at - 12 < length) break;
        const std::uint32_t crc = ditto::detail::crc32(std::span(bytes).subspan(at + 4, 4 + length));
        for (std::size_t i = 0; i < 4; ++i)
            bytes[at + 8 + length + i] = static_cast<std::uint8_t>(crc >> (24 - 8 * i) & 255);
        at += 12 + length;
    }
    return bytes;
}
