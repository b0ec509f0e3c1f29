// Names of people that look alike and are two: the same but for capitals, or for how accents are written.
#pragma once

#include <algorithm>
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

/// Puts a Korean letter behind those before it, as Unicode composes syllables: by their numbers (Unicode Standard,
/// section 3.12). False where it makes no syllable with them.
inline bool joins_syllable(std::vector<std::uint32_t>& points, std::uint32_t letter) {
    constexpr std::uint32_t first = 0xAC00, leading = 0x1100, vowel = 0x1161, trailing = 0x11A7;
    constexpr std::uint32_t leadings = 19, vowels = 21, trailings = 28;
    if (points.empty()) return false;
    std::uint32_t& last = points.back();
    if (last - leading < leadings && letter - vowel < vowels) {
        last = first + ((last - leading) * vowels + (letter - vowel)) * trailings;
        return true;
    }
    const bool is_open = last - first < leadings * vowels * trailings && (last - first) % trailings == 0;
    if (!is_open || letter <= trailing || letter - trailing >= trailings) return false;
    last += letter - trailing;
    return true;
}

/// The numbers of a name's characters, Korean syllables in one; a byte that is no UTF-8 is a number that no character
/// has.
inline std::vector<std::uint32_t> code_points(std::string_view text) {
    std::vector<std::uint32_t> points;
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        const std::uint32_t point =
            length == 0 ? 0x110000U + static_cast<std::uint8_t>(text[0]) : code_point(text.substr(0, length));
        if (!joins_syllable(points, point)) points.push_back(point);
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

/// Is it written behind the letter that it changes: an accent, or a voiced mark of Japanese?
inline bool is_combining(std::uint32_t c) {
    return (c >= 0x300 && c <= 0x36F) || c == 0x3099 || c == 0x309A;
}

/// How many marks follow the letter at `at`.
inline std::size_t marks_behind(std::span<const std::uint32_t> name, std::size_t at) {
    std::size_t count = 0;
    while (at + 1 + count < name.size() && is_combining(name[at + 1 + count])) ++count;
    return count;
}

/// Are the names equal, where a letter with marks behind it equals any one character beyond ASCII? That is how
/// Unicode's two forms of a name differ, without its tables.
inline bool differ_in_form(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b) {
    std::size_t i = 0, j = 0;
    while (i < a.size() && j < b.size()) {
        const std::size_t of_a = marks_behind(a, i), of_b = marks_behind(b, j);
        const bool equal = std::ranges::equal(a.subspan(i, 1 + of_a), b.subspan(j, 1 + of_b));
        const bool is_composed = (of_a > 0 && of_b == 0 && b[j] > 0x7F) || (of_b > 0 && of_a == 0 && a[i] > 0x7F);
        if (!equal && !is_composed) return false;
        i += 1 + of_a;
        j += 1 + of_b;
    }
    return i == a.size() && j == b.size();
}

/// What names that differ in form have alike: each letter of ASCII without marks; 0 for any other.
inline std::vector<std::uint32_t> form_key(std::span<const std::uint32_t> name) {
    std::vector<std::uint32_t> key;
    for (std::size_t at = 0; at < name.size();) {
        const std::size_t marks = marks_behind(name, at);
        key.push_back(marks == 0 && name[at] <= 0x7F ? name[at] : 0);
        at += 1 + marks;
    }
    return key;
}

}  // namespace detail

/// Pairs of names that a person may take for one, such as Ann and ann, or an accent written in a letter and behind it.
inline std::vector<std::pair<std::string, std::string>> alike_names(std::span<const std::string> names) {
    using Points = std::vector<std::uint32_t>;
    std::vector<std::pair<std::string, std::string>> alike;
    std::map<Points, std::string> known;  // in small letters
    std::map<Points, std::vector<std::map<Points, std::string>::const_iterator>> names_of_key;
    for (const std::string& name : names) {
        Points points = detail::code_points(name);
        std::ranges::transform(points, points.begin(), detail::small_letter);
        Points key = detail::form_key(points);
        const auto [entry, is_new] = known.emplace(std::move(points), name);
        if (!is_new) {
            alike.emplace_back(entry->second, name);
            continue;
        }
        const bool may_differ = std::ranges::find(key, 0U) != key.end();
        if (may_differ) names_of_key[std::move(key)].push_back(entry);
    }
    const auto is_marked = [](const auto& entry) { return std::ranges::any_of(entry->first, detail::is_combining); };
    for (auto& [key, entries] : names_of_key) {
        // Only a name with marks can be another one's other form.
        const auto unmarked = std::stable_partition(entries.begin(), entries.end(), is_marked);
        for (auto one = entries.begin(); one != unmarked; ++one)
            for (auto other = one + 1; other != entries.end(); ++other)
                if (detail::differ_in_form((*one)->first, (*other)->first))
                    alike.emplace_back((*other)->second, (*one)->second);
    }
    return alike;
}

/// A sentence for the first pairs of names that look alike, and one for how many more there are.
inline std::vector<std::string> alike_notes(std::span<const std::string> names) {
    constexpr std::size_t most = 5;
    const auto alike = alike_names(names);
    std::vector<std::string> notes;
    for (const auto& [one, other] : std::span(alike).first(std::min(most, alike.size())))
        notes.push_back(one + " and " + other +
                        " count as two people, though their names look alike; if they are one, give them one name");
    if (alike.size() > most)
        notes.push_back(std::to_string(alike.size() - most) + " more pairs of names look alike, too");
    return notes;
}

}  // namespace ditto
