// A choice between two values, written the same for a number and, with xsimd's function of this name, for a vector.
#pragma once

namespace ditto::detail {

/// `yes` where the condition holds, else `no`.
template <class T>
[[gnu::always_inline]] constexpr T select(bool condition, const T& yes, const T& no) {
    return condition ? yes : no;
}

}  // namespace ditto::detail
