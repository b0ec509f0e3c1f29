// JSON on the standard output, for programs and for people who look at it on a terminal.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdio>
#include <ditto/core/clean_text.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace support {

/// JSON as text, in which characters that a terminal obeys are escapes (\u009b), beyond those that JSON asks for. Bytes
/// of names that are no UTF-8, which JSON cannot hold, become U+FFFD.
inline std::string json_text(const nlohmann::ordered_json& json) {
    const std::string dumped = json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    std::string text;
    for (std::string_view rest = dumped; !rest.empty();) {
        const std::size_t length = ditto::detail::utf8_length(rest);  // never 0: the dump is UTF-8
        const std::uint32_t character = ditto::detail::code_point(rest.substr(0, length));
        if (character != '\n' && (ditto::detail::is_command(character) || ditto::detail::is_line_space(character)))
            text += fmt::format("\\u{:04x}", character);
        else
            text += rest.substr(0, length);
        rest.remove_prefix(length);
    }
    return text;
}

inline void print_json(const nlohmann::ordered_json& json) {
    fmt::print("{}\n", json_text(json));
}

}  // namespace support
