// Mathematics at compile time.
#pragma once

namespace ditto::detail {

/// The square root of a positive number to double precision (Newton's method), usable in constant expressions.
constexpr double constexpr_sqrt(double value) {
    double root = value > 1.0 ? value : 1.0;
    for (double next = 0.5 * (root + value / root); next < root; next = 0.5 * (root + value / root)) root = next;
    return root;
}

}  // namespace ditto::detail
