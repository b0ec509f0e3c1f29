// Text that is safe to put into HTML, SVG and gnuplot's scripts, whatever names and paths hold.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
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

}  // namespace detail

/// The text as UTF-8 on one line: what is no UTF-8, and control characters, become U+FFFD; white space becomes a space.
/// No more than `most` characters, the last of them an ellipsis where some are left out.
inline std::string clean_text(std::string_view text, std::size_t most = std::string_view::npos) {
    std::string clean;
    std::size_t last = 0;  // where the latest character begins
    for (std::size_t count = 0; !text.empty(); ++count) {
        if (count == most) return clean.substr(0, last) + "\xE2\x80\xA6";
        last = clean.size();
        const std::size_t length = detail::utf8_length(text);
        const auto first = static_cast<std::uint8_t>(text[0]);
        if (first >= '\t' && first <= '\r')
            clean += ' ';
        else if (length == 0 || first < ' ' || first == 0x7F)
            clean += detail::replacement_character;
        else
            clean += text.substr(0, length);
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return clean;
}

/// The text as HTML or XML shows it, in an element or in a quoted attribute.
inline std::string escaped(std::string_view text) {
    std::string result;
    for (const char character : clean_text(text)) {
        switch (character) {
            case '&':
                result += "&amp;";
                break;
            case '<':
                result += "&lt;";
                break;
            case '>':
                result += "&gt;";
                break;
            case '"':
                result += "&quot;";
                break;
            case '\'':
                result += "&#39;";
                break;
            default:
                result += character;
        }
    }
    return result;
}

/// The text as a string of a gnuplot script, in which nothing has a meaning.
inline std::string gnuplot_string(std::string_view text, std::size_t most = std::string_view::npos) {
    std::string result = "'";
    for (const char character : clean_text(text, most)) result += character == '\'' ? "''" : std::string(1, character);
    return result + "'";
}

/// Base64 (RFC 4648) of bytes.
inline std::string base64(std::span<const std::uint8_t> bytes) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t bits = 0;
        for (std::size_t j = 0; j < 3; ++j) bits = bits << 8 | (j < count ? bytes[i + j] : 0U);
        for (std::size_t j = 0; j < 4; ++j) text += j <= count ? digits[bits >> (18 - 6 * j) & 63] : '=';
    }
    return text;
}

}  // namespace ditto
