// Text that is safe to show, whatever names and paths hold: on a terminal, in a report, in a line of an error.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ditto {
namespace detail {

inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";  // U+FFFD in UTF-8

/// Bytes of the UTF-8 character that `text` begins with; 0 if it begins with none.
inline std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t first = byte(0);
    const std::size_t length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (first > 0xF4 || length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xC0) != 0x80) return 0;
    // Forms longer than need be, surrogates, and numbers above U+10FFFF.
    const bool wrong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F) ||
                       (first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) > 0x8F);
    return wrong ? 0 : length;
}

/// The number of the valid UTF-8 character in `bytes`.
inline std::uint32_t code_point(std::string_view bytes) {
    const auto first = static_cast<std::uint8_t>(bytes[0]);
    if (bytes.size() == 1) return first;
    std::uint32_t number = first & (0xFFU >> (bytes.size() + 1));
    for (const char byte : bytes.substr(1)) number = number << 6 | (static_cast<std::uint8_t>(byte) & 0x3FU);
    return number;
}

/// Does a terminal or a browser obey the character instead of showing it? Control characters, with those above U+007F
/// that some terminals take for the start of a command, and the marks that turn the direction of what follows.
inline bool is_command(std::uint32_t character) {
    return character < 0x20 || (character >= 0x7F && character < 0xA0) ||
           (character >= 0x202A && character <= 0x202E) || (character >= 0x2066 && character <= 0x2069);
}

/// Does it end a line, or is it a tab?
inline bool is_line_space(std::uint32_t character) {
    return (character >= '\t' && character <= '\r') || character == 0x85 || character == 0x2028 || character == 0x2029;
}

}  // namespace detail

/// The text as UTF-8 on one line, without anything that a terminal obeys: what is no UTF-8, and control characters,
/// become U+FFFD; tabs and line ends become a space. No more than `most` characters, the last of them an ellipsis where
/// some are left out.
inline std::string clean_text(std::string_view text, std::size_t most = std::string_view::npos) {
    std::string clean;
    std::size_t last = 0;  // where the latest character begins
    for (std::size_t count = 0; !text.empty(); ++count) {
        if (count == most) return clean.substr(0, last) + "\xE2\x80\xA6";
        last = clean.size();
        const std::size_t length = detail::utf8_length(text);
        const std::uint32_t character = length == 0 ? 0 : detail::code_point(text.substr(0, length));
        if (detail::is_line_space(character))
            clean += ' ';
        else if (length == 0 || detail::is_command(character))
            clean += detail::replacement_character;
        else
            clean += text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return clean;
}

}  // namespace ditto
