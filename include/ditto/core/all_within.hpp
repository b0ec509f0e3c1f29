// Are all of many numbers finite, and not beyond a limit?
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

namespace ditto::detail {

/// Is it finite, and from -limit to limit?
template <class Number>
inline bool is_within(Number number, double limit) {
    return std::abs(number) <= static_cast<Number>(std::min<double>(limit, std::numeric_limits<Number>::max()));
}

/// Are they all? Compiled to compare whole vectors: for 1024 numbers some 50 ns.
template <class Number>
[[gnu::always_inline]] inline bool all_within(std::span<const Number> numbers, double limit) {
    const auto most = static_cast<Number>(std::min<double>(limit, std::numeric_limits<Number>::max()));
    const Number* number = numbers.data();
    const std::size_t count = numbers.size();
    unsigned beyond = 0;
#pragma omp simd reduction(| : beyond)
    for (std::size_t i = 0; i < count; ++i) beyond |= std::abs(number[i]) <= most ? 0U : 1U;  // NaN is not
    return beyond == 0;
}

/// Are they all finite?
template <class Number>
[[gnu::always_inline]] inline bool all_finite(std::span<const Number> numbers) {
    return all_within(numbers, std::numeric_limits<double>::infinity());
}

}  // namespace ditto::detail
