// What a user should know although the search goes on.
#pragma once

#include <algorithm>
#include <cstdio>
#include <string>

/// Prints `note: <text>` to stderr, on one line whatever the text holds.
inline void note(std::string text) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    std::fprintf(stderr, "note: %s\n", text.c_str());
}
