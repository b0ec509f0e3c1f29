// Checks of the numbers on a command line. NaN and infinity, which CLI11's own checks let through, never pass.
#pragma once

#include <CLI/CLI.hpp>
#include <cmath>
#include <string>

namespace support {

/// A number for which `accepts` holds.
template <class Accepts>
CLI::Validator number_that(const std::string& what, const Accepts& accepts) {
    return {[=](const std::string& text) {
                double value = 0.0;
                const bool fits = CLI::detail::lexical_cast(text, value) && std::isfinite(value) && accepts(value);
                return fits ? std::string{} : text + " is not " + what;
            },
            "", what};
}

inline CLI::Validator finite_number() {
    return number_that("a finite number", [](double) { return true; });
}
inline CLI::Validator positive() {
    return number_that("a number above 0", [](double value) { return value > 0.0; });
}
inline CLI::Validator not_negative() {
    return number_that("a number of 0 or more", [](double value) { return value >= 0.0; });
}
inline CLI::Validator below_one() {
    return number_that("a number from 0 to below 1", [](double value) { return value >= 0.0 && value < 1.0; });
}
inline CLI::Validator fraction() {
    return number_that("a fraction above 0, up to 1", [](double value) { return value > 0.0 && value <= 1.0; });
}

/// A whole number in a range.
template <class Number>
CLI::Validator from_to(Number least, Number most) {
    return CLI::Range(least, most);
}

}  // namespace support
