// Products of small matrices held in registers.
//
// Each step of the inner dimension loads two vectors of b and broadcasts `Rows` numbers of a: 2 Rows multiply-adds for
// Rows + 2 loads. Rows x 2 accumulators, 2 vectors of b and a broadcast must fit in the registers: Rows is at most 14
// with 32 registers and 6 with 16.
#pragma once

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

/// c[Rows, Vectors vectors] = a b (+ c if Accumulate). The inner dimension is `runs` runs of `depth`: number k of run r
/// lies in row `row` of a at a[row * row_step + r * run_step + k * depth_step], and in b at row r * depth + k, b_stride
/// apart.
template <int Rows, bool Accumulate, class Arch, int Vectors = 2, class T>
[[gnu::always_inline]] inline void register_product(std::size_t runs, std::size_t depth, const T* a,
                                                    std::size_t row_step, std::size_t run_step, std::size_t depth_step,
                                                    const T* b, std::size_t b_stride, T* c, std::size_t c_stride) {
    using V = Simd<T, Arch>;
    V sums[Rows * Vectors];
    unrolled<Rows * Vectors>([&](auto i) { sums[i] = V(T{0}); });
    for (std::size_t run = 0; run < runs; ++run) {
        const T* from = a + run * run_step;
        for (std::size_t k = 0; k < depth; ++k, from += depth_step, b += b_stride) {
            V columns[Vectors];
            unrolled<Vectors>([&](auto v) { columns[v] = V::load_unaligned(b + v * V::size); });
            unrolled<Rows>([&](auto row) {
                const V factor(from[row * row_step]);
                unrolled<Vectors>(
                    [&](auto v) { sums[row * Vectors + v] = xsimd::fma(factor, columns[v], sums[row * Vectors + v]); });
            });
        }
    }
    unrolled<Rows>([&](auto row) {
        unrolled<Vectors>([&](auto v) {
            T* to = c + row * c_stride + v * V::size;
            const V sum = sums[row * Vectors + v];
            // c joins last: a sum of short sums is rounded less than one long sum.
            (Accumulate ? sum + V::load_unaligned(to) : sum).store_unaligned(to);
        });
    });
}

/// The same with one run.
template <int Rows, bool Accumulate, class Arch, int Vectors = 2, class T>
[[gnu::always_inline]] inline void register_product(std::size_t depth, const T* a, std::size_t row_step,
                                                    std::size_t depth_step, const T* b, std::size_t b_stride, T* c,
                                                    std::size_t c_stride) {
    register_product<Rows, Accumulate, Arch, Vectors>(1, depth, a, row_step, 0, depth_step, b, b_stride, c, c_stride);
}

/// c[rows, 2 vectors] = a b for any number of rows, a[row, k] at a[row * row_step + k]. Writes, and reads of a, up to
/// the next multiple of register_rows / 2.
template <class Arch, class T>
[[gnu::always_inline]] inline void register_products(std::size_t rows, std::size_t depth, const T* a,
                                                     std::size_t row_step, const T* b, std::size_t b_stride, T* c,
                                                     std::size_t c_stride) {
    constexpr int most = register_rows<Arch>, half = most / 2;
    std::size_t row = 0;
    for (; row + half < rows; row += most)
        register_product<most, false, Arch>(depth, a + row * row_step, row_step, 1, b, b_stride, c + row * c_stride,
                                            c_stride);
    if (row < rows)
        register_product<half, false, Arch>(depth, a + row * row_step, row_step, 1, b, b_stride, c + row * c_stride,
                                            c_stride);
}

}  // namespace ditto::detail
