// What was found out about who is on which image, as a line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "ditto/core/number_text.hpp"
#include "ditto/pairs/people.hpp"
#include "ditto/pairs/same_pictures.hpp"

namespace ditto {

namespace detail {

/// "row 17", "rows 17 and 40", "rows 3, 17, 40 and 9 more".
inline std::string rows_text(std::span<const std::uint32_t> lines) {
    constexpr std::size_t most = 4;
    std::string text = lines.size() == 1 ? "row " : "rows ";
    const std::size_t named = lines.size() > most ? most - 1 : lines.size();
    for (std::size_t i = 0; i < named; ++i)
        text += (i == 0 ? "" : i + 1 == lines.size() ? " and " : ", ") + std::to_string(lines[i]);
    return named < lines.size() ? text + " and " + std::to_string(lines.size() - named) + " more" : text;
}

}  // namespace detail

/// By what the people of `source` are known, and how many they are: "people: folders, 2 joined by rows 17 and 40 of
/// train.txt; 5,749 people".
inline std::string people_text(const People& people, const std::string& source) {
    std::string text = people.by_folder ? "people: folders" : "people: by the list's same rows";
    if (people.folders_stay_together) text += "; what is in one folder stays together";
    const std::string of_list = source.empty() ? "" : " of " + source;
    if (!people.joining_lines.empty())
        text += ", " + std::to_string(people.joining_lines.size()) + " joined by " +
                detail::rows_text(people.joining_lines) + of_list;
    if (!people.parting_lines.empty())
        text += "; different within a folder: " + detail::rows_text(people.parting_lines) + of_list +
                " (such folders are held out as a whole, and only same rows tell who is one person in them)";
    text += "; " + detail::with_commas(people.count) + " people";
    if (people.group_count() != people.count)
        text += " in " + detail::with_commas(people.group_count()) + " groups that stay together";
    if (people.shared_pictures > 0) text += "; " + shared_pictures_text(people.shared_pictures);
    return text;
}

}  // namespace ditto
