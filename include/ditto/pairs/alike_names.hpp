// Names of people that look alike and are two: the same but for capitals, or for how accents are written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ditto/core/clean_text.hpp"

namespace ditto {

namespace detail {

/// The numbers of a name's characters; a byte that is no UTF-8 is a number that no character has.
inline std::vector<std::uint32_t> code_points(std::string_view text) {
    std::vector<std::uint32_t> points;
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        points.push_back(length == 0 ? 0x110000U + static_cast<std::uint8_t>(text[0])
                                     : code_point(text.substr(0, length)));
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return points;
}

/// The small letter of a capital one: Latin without its rarest parts, Greek and Cyrillic; others as they are.
inline std::uint32_t small_letter(std::uint32_t c) {
    if (c >= 'A' && c <= 'Z') return c + 0x20;
    if (c >= 0xC0 && c <= 0xDE && c != 0xD7) return c + 0x20;
    if (c >= 0x391 && c <= 0x3A9) return c + 0x20;
    if (c >= 0x410 && c <= 0x42F) return c + 0x20;
    if (c >= 0x400 && c <= 0x40F) return c + 0x50;
    const bool even_is_capital =
        (c >= 0x100 && c <= 0x137) || (c >= 0x14A && c <= 0x177) || (c >= 0x1E00 && c <= 0x1EFF);
    const bool odd_is_capital = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E);
    if (even_is_capital) return c | 1;
    return odd_is_capital && c % 2 == 1 ? c + 1 : c;
}

/// Is it written behind the letter that it changes: an accent, a voiced mark of Japanese, a vowel or final of Korean?
inline bool is_combining(std::uint32_t c) {
    return (c >= 0x300 && c <= 0x36F) || c == 0x3099 || c == 0x309A || (c >= 0x1160 && c <= 0x11FF);
}

/// Are the names equal, where a letter with marks behind it equals any one character beyond ASCII? That is how
/// Unicode's two forms of a name differ, without its tables.
inline bool differ_in_form(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b) {
    std::size_t i = 0, j = 0;
    const auto marks = [](std::span<const std::uint32_t> name, std::size_t at) {
        std::size_t count = 0;
        while (at + 1 + count < name.size() && is_combining(name[at + 1 + count])) ++count;
        return count;
    };
    while (i < a.size() && j < b.size()) {
        const std::size_t of_a = marks(a, i), of_b = marks(b, j);
        const bool equal = a[i] == b[j] && of_a == of_b;
        const bool is_composed = (of_a > 0 && of_b == 0 && b[j] > 0x7F) || (of_b > 0 && of_a == 0 && a[i] > 0x7F) ||
                                 (of_a > 0 && of_b > 0 && of_a != of_b);
        if (!equal && !is_composed) return false;
        i += 1 + of_a;
        j += 1 + of_b;
    }
    return i == a.size() && j == b.size();
}

}  // namespace detail

/// Pairs of names that a person may take for one, such as Ann and ann, or an accent written in a letter and behind it.
inline std::vector<std::pair<std::string, std::string>> alike_names(std::span<const std::string> names) {
    using Points = std::vector<std::uint32_t>;
    std::vector<std::pair<std::string, std::string>> alike;
    std::map<Points, std::string> known;  // in small letters
    std::vector<std::pair<Points, std::string>> marked;
    for (const std::string& name : names) {
        Points points = detail::code_points(name);
        bool has_marks = false;
        for (std::uint32_t& point : points) {
            point = detail::small_letter(point);
            has_marks = has_marks || detail::is_combining(point);
        }
        const auto [entry, is_new] = known.emplace(points, name);
        if (!is_new)
            alike.emplace_back(entry->second, name);
        else if (has_marks)
            marked.emplace_back(std::move(points), name);
    }
    for (const auto& [points, name] : marked)
        for (const auto& [other, other_name] : known)
            if (other != points && detail::differ_in_form(points, other)) alike.emplace_back(other_name, name);
    return alike;
}

}  // namespace ditto
