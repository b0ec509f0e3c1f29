// Text that is safe to put into HTML, SVG and gnuplot's scripts, whatever names and paths hold.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "ditto/core/clean_text.hpp"

namespace ditto {

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
