// Numbers as text.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>

namespace ditto::detail {

/// 3.14159 as "3.14", with 2 decimals.
inline std::string fixed(double value, int decimals) {
    char text[512];  // (printf would write the point of the user's country)
    const auto [end, failure] = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, decimals);
    return failure == std::errc{} ? std::string(text, end) : "?";
}

/// The shortest text that reads back as the same number.
inline std::string number_text(double value) {
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

/// 135907840 as "135,907,840".
inline std::string with_commas(std::int64_t number) {
    std::string digits = std::to_string(number);
    for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
        digits.insert(static_cast<std::size_t>(at), 1, ',');
    return digits;
}

}  // namespace ditto::detail
