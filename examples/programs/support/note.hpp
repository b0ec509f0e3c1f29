// What a user should know although the program goes on.
#pragma once

#include <cstdio>
#include <ditto/core/clean_text.hpp>
#include <string_view>

namespace support {

/// Prints `note: <text>` to stderr, on one line and without anything that a terminal obeys, whatever names it holds.
inline void note(std::string_view text) {
    std::fprintf(stderr, "note: %s\n", ditto::clean_text(text).c_str());
}

}  // namespace support
