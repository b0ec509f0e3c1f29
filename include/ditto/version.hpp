// ditto's version (https://semver.org), for programs that ask. It is written here and nowhere else: CMake reads it too.
#pragma once

#include <string_view>

namespace ditto {

/// "major.minor.patch". Before 1.0 a new minor number may mean that a program must be changed; CHANGELOG.md says how.
inline constexpr std::string_view version_string = "0.1.0";

namespace detail {

/// Number `part` of the version: 0 is the major one.
constexpr int version_number(int part) {
    int number = 0;
    for (const char c : version_string) {
        if (c == '.')
            --part;
        else if (part == 0)
            number = 10 * number + (c - '0');
    }
    return number;
}

}  // namespace detail

inline constexpr int version_major = detail::version_number(0);  ///< as a number, to compare with
inline constexpr int version_minor = detail::version_number(1);  ///< as a number, to compare with
inline constexpr int version_patch = detail::version_number(2);  ///< as a number, to compare with

}  // namespace ditto
