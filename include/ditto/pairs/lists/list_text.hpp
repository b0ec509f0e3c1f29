// The text of a list, whichever program wrote the file: UTF-8, with a mark or without, and UTF-16.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "ditto/core/error.hpp"

namespace ditto {
namespace detail {

inline void append_utf8(std::string& text, std::uint32_t character) {
    const auto byte = [&](std::uint32_t bits) { text += static_cast<char>(static_cast<std::uint8_t>(bits)); };
    const auto tail = [&](int shift) { byte(0x80 | (character >> shift & 0x3F)); };
    if (character < 0x80) return byte(character);
    if (character < 0x800) {
        byte(0xC0 | character >> 6);
    } else if (character < 0x10000) {
        byte(0xE0 | character >> 12);
        tail(6);
    } else {
        byte(0xF0 | character >> 18);
        tail(12);
        tail(6);
    }
    tail(0);
}

/// UTF-16 without its mark as UTF-8.
inline std::string utf16_as_utf8(std::string_view bytes, bool big_endian, const std::string& name) {
    if (bytes.size() % 2 != 0)
        throw Error(name + ": UTF-16 of an odd number of bytes; is the list cut short? Save it as UTF-8");
    const auto unit = [&](std::size_t i) -> std::uint32_t {
        const auto byte = [&](std::size_t j) {
            return static_cast<std::uint32_t>(static_cast<std::uint8_t>(bytes[j]));
        };
        return big_endian ? byte(2 * i) << 8 | byte(2 * i + 1) : byte(2 * i + 1) << 8 | byte(2 * i);
    };
    std::string text;
    const std::size_t units = bytes.size() / 2;
    for (std::size_t i = 0; i < units; ++i) {
        std::uint32_t character = unit(i);
        const bool is_high = character >= 0xD800 && character < 0xDC00;
        if (is_high && i + 1 < units && unit(i + 1) >= 0xDC00 && unit(i + 1) < 0xE000)
            character = 0x10000 + ((character - 0xD800) << 10) + (unit(++i) - 0xDC00);
        else if (character >= 0xD800 && character < 0xE000)
            throw Error(name + ": UTF-16 with half a character at byte " + std::to_string(2 * i + 2) +
                        "; save the list as UTF-8");
        append_utf8(text, character);
    }
    return text;
}

}  // namespace detail

/// The list's text, without a byte order mark. UTF-16 is told by its mark; other bytes stay as they are, as the names
/// of files do that are no UTF-8. `name` stands in errors. Throws Error for UTF-32, damaged UTF-16, and zero bytes,
/// which no list of names can hold.
inline std::string decode_list_text(std::string_view bytes, const std::string& name) {
    using namespace std::string_view_literals;
    if (bytes.starts_with("\xFF\xFE\0\0"sv) || bytes.starts_with("\0\0\xFE\xFF"sv))
        throw Error(name + ": the list is UTF-32; save it as UTF-8");
    std::string text;
    if (bytes.starts_with("\xFF\xFE"sv))
        text = detail::utf16_as_utf8(bytes.substr(2), false, name);
    else if (bytes.starts_with("\xFE\xFF"sv))
        text = detail::utf16_as_utf8(bytes.substr(2), true, name);
    else
        text = bytes.substr(bytes.starts_with("\xEF\xBB\xBF"sv) ? 3 : 0);
    if (const std::size_t zero = text.find('\0'); zero != std::string::npos)
        throw Error(name + ": a zero byte after " + std::to_string(zero) +
                    " others: this is no text, or UTF-16 without its mark; save the list as UTF-8");
    return text;
}

}  // namespace ditto
