// Products of small matrices held in registers.
//
// Each step of the inner dimension loads two vectors of b and broadcasts `Rows` numbers of a: 2 Rows multiply-adds for
// Rows + 2 loads. Rows x 2 accumulators, 2 vectors of b and a broadcast must fit in the registers: Rows is at most 14
// with 32 registers and 6 with 16.
#pragma once

#include <array>
#include <cstddef>

#include "ditto/device/cpu/simd.hpp"

namespace ditto::detail {

/// The most rows that a register product keeps.
template <class Arch>
inline constexpr int register_rows = vector_registers<Arch> == 32 ? 14 : 6;

/// Columns of one register product: two vectors.
template <class T, class Arch>
inline constexpr int register_columns = 2 * static_cast<int>(Simd<T, Arch>::size);

/// The largest number of rows that divides `rows` and fits.
template <class Arch>
constexpr int dividing_rows(int rows) {
    int best = 1;
    for (int candidate = 1; candidate <= register_rows<Arch>; ++candidate)
        if (rows % candidate == 0) best = candidate;
    return best;
}

/// c[Rows, 2 vectors] = a b (+ c if Accumulate), with a[row, k] at a[row * row_step + k * depth_step] and b[k, column]
/// at b[k * b_stride + column].
template <int Rows, bool Accumulate, class Arch, class T>
[[gnu::always_inline]] inline void register_product(std::size_t depth, const T* a, std::size_t row_step,
                                                    std::size_t depth_step, const T* b, std::size_t b_stride, T* c,
                                                    std::size_t c_stride) {
    using V = Simd<T, Arch>;
    std::array<V, Rows> left, right;
    unrolled<Rows>([&](auto row) { left[row] = right[row] = V(T{0}); });
    for (std::size_t k = 0; k < depth; ++k) {
        const V b_left = V::load_unaligned(b + k * b_stride), b_right = V::load_unaligned(b + k * b_stride + V::size);
        unrolled<Rows>([&](auto row) {
            const V factor(a[row * row_step + k * depth_step]);
            left[row] = xsimd::fma(factor, b_left, left[row]);
            right[row] = xsimd::fma(factor, b_right, right[row]);
        });
    }
    unrolled<Rows>([&](auto row) {
        T* to = c + row * c_stride;
        // c joins last: a sum of short sums is rounded less than one long sum.
        (Accumulate ? left[row] + V::load_unaligned(to) : left[row]).store_unaligned(to);
        (Accumulate ? right[row] + V::load_unaligned(to + V::size) : right[row]).store_unaligned(to + V::size);
    });
}

}  // namespace ditto::detail
