// D = alpha op(A) op(B) + beta C + bias, column-major, summed in double and rounded once.
//
// op(A) is copied into panels of 4 rows of doubles, op(B) into panels of 4 columns, one at a time; a tile of 4 x 4
// results then stays in registers over all of k: 8 loads for 16 products. It compiles for any x86-64, at 2 doubles an
// operation, and m n k = 512 x 1024 x 4096 takes under a second.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

#include "../cuda_bf16.h"
#include "cublas_types.hpp"

namespace emulation::detail {

/// Where the element (row, column) of one matrix of a batch is.
struct Matrix {
    cudaDataType_t type;
    std::byte* data;
    std::size_t row_step;  // elements
    std::size_t column_step;

    std::size_t offset(std::size_t row, std::size_t column) const { return row * row_step + column * column_step; }
};

inline std::size_t bytes_of(cudaDataType_t type) {
    return type == CUDA_R_64F ? 8 : type == CUDA_R_32F ? 4 : 2;
}

inline double load(cudaDataType_t type, const std::byte* data, std::size_t index) {
    const auto as = [&]<typename T>(T value) {
        std::memcpy(&value, data + index * sizeof(T), sizeof(T));
        return static_cast<double>(static_cast<std::conditional_t<sizeof(T) == 2, float, T>>(value));
    };
    if (type == CUDA_R_64F) return as(0.0);
    if (type == CUDA_R_32F) return as(0.0F);
    return as(__nv_bfloat16(0.0F));
}

inline void store(cudaDataType_t type, std::byte* data, std::size_t index, double value) {
    const auto as = [&](auto rounded) { std::memcpy(data + index * sizeof(rounded), &rounded, sizeof(rounded)); };
    if (type == CUDA_R_64F) return as(value);
    if (type == CUDA_R_32F) return as(static_cast<float>(value));
    as(__nv_bfloat16(static_cast<float>(value)));
}

inline double rounded(cudaDataType_t type, double value) {
    std::byte bytes[sizeof(double)];
    store(type, bytes, 0, value);
    return load(type, bytes, 0);
}

/// The nearest float with 10 bits of mantissa, halves away from zero: the instruction cvt.rna.tf32.f32.
inline double to_tf32(double value) {
    const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(value));
    if ((bits & 0x7f800000U) == 0x7f800000U) return value;
    return static_cast<double>(std::bit_cast<float>((bits + 0x1000U) & ~0x1fffU));
}

inline constexpr std::size_t tile = 4;

/// Columns `first` to `first + 4` of a matrix with `depth` rows, row by row, zeros where there is no such column.
inline void pack(const Matrix& matrix, std::size_t depth, std::size_t first, std::size_t columns, bool tf32,
                 double* panel) {
    std::fill_n(panel, depth * tile, 0.0);
    const std::size_t count = std::min(tile, columns - first);
    const auto element = [&](std::size_t row, std::size_t column) {
        const double value = load(matrix.type, matrix.data, matrix.offset(row, first + column));
        panel[row * tile + column] = tf32 ? to_tf32(value) : value;
    };
    if (matrix.row_step == 1) {
        for (std::size_t column = 0; column < count; ++column)
            for (std::size_t row = 0; row < depth; ++row) element(row, column);
    } else {
        for (std::size_t row = 0; row < depth; ++row)
            for (std::size_t column = 0; column < count; ++column) element(row, column);
    }
}

using Tile = std::array<std::array<double, tile>, tile>;  // [column][row]

inline Tile multiply(const double* a, const double* b, std::size_t depth) {
    using Vector __attribute__((vector_size(tile * sizeof(double)))) = double;
    Vector sums[tile] = {};
    for (std::size_t k = 0; k < depth; ++k, a += tile, b += tile) {
        Vector rows;
        std::memcpy(&rows, a, sizeof(rows));
        sums[0] += rows * b[0];
        sums[1] += rows * b[1];
        sums[2] += rows * b[2];
        sums[3] += rows * b[3];
    }
    Tile result;
    std::memcpy(&result, sums, sizeof(result));
    return result;
}

struct Product {
    std::size_t m, n, k;
    Matrix a;  // [k, m]: the transpose of op(A), so that both factors are packed by columns
    Matrix b;  // [k, n]
    Matrix c;  // [m, n]; not read where beta is 0
    Matrix d;  // [m, n]
    double alpha;
    double beta;
    const std::byte* bias;  // [m] of D's type, or null
    bool tf32;
    bool halves;  // the sum over k is that of two halves, each rounded to D's type
};

inline void run(const Product& p) {
    const std::size_t panels = (p.m + tile - 1) / tile;
    std::vector<double> a(panels * tile * p.k);
    std::vector<double> b(tile * p.k);
    for (std::size_t panel = 0; panel < panels; ++panel)
        pack(p.a, p.k, panel * tile, p.m, p.tf32, a.data() + panel * tile * p.k);
    for (std::size_t first = 0; first < p.n; first += tile) {
        pack(p.b, p.k, first, p.n, p.tf32, b.data());
        for (std::size_t panel = 0; panel < panels; ++panel) {
            const std::size_t half = p.halves ? p.k / 2 : 0;
            const double* rows = a.data() + panel * tile * p.k;
            const Tile first_sums = multiply(rows, b.data(), half);
            const Tile sums = multiply(rows + half * tile, b.data() + half * tile, p.k - half);
            const std::size_t top = panel * tile;
            for (std::size_t column = first; column < std::min(first + tile, p.n); ++column)
                for (std::size_t row = top; row < std::min(top + tile, p.m); ++row) {
                    double value = sums[column - first][row - top];
                    if (half > 0)
                        value = rounded(p.d.type, value) + rounded(p.d.type, first_sums[column - first][row - top]);
                    value *= p.alpha;
                    if (p.beta != 0) value += p.beta * load(p.c.type, p.c.data, p.c.offset(row, column));
                    if (p.bias != nullptr) value += load(p.d.type, p.bias, row);
                    store(p.d.type, p.d.data, p.d.offset(row, column), value);
                }
        }
    }
}

}  // namespace emulation::detail
