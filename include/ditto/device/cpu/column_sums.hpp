// Sums down the columns of a matrix, in chunks of rows whose size depends on the matrix alone: in the scalar type
// within a chunk, in float64 across chunks, in fixed order.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "ditto/device/cpu/cpu.hpp"

namespace ditto::detail {

/// Rows of one chunk: 128 KB of fp32 numbers.
constexpr std::size_t rows_per_chunk(std::size_t columns) {
    return std::max<std::size_t>(1, 32768 / columns);
}

constexpr std::size_t row_chunks(std::size_t rows, std::size_t columns) {
    return (rows + rows_per_chunk(columns) - 1) / rows_per_chunk(columns);
}

/// Bytes of scratch that column_sums needs.
constexpr std::size_t column_sums_bytes(std::size_t rows, std::size_t columns) {
    return row_chunks(rows, columns) * columns * sizeof(double);
}

/// totals[Columns] = the sums that add_row(row, sums) adds up over rows [begin, end), where sums is T[Columns].
template <std::size_t Columns, class T, class AddRow>
void sum_rows(std::size_t begin, std::size_t end, double* totals, const AddRow& add_row) {
    // Rows. PyTorch adds each number in double; this is as exact, with a quarter of the conversions.
    constexpr std::size_t few = 4;
    std::fill_n(totals, Columns, 0.0);
    for (std::size_t first = begin; first < end; first += few) {
        std::array<T, Columns> sums{};
        for (std::size_t row = first; row < std::min(end, first + few); ++row) add_row(row, sums.data());
        for (std::size_t c = 0; c < Columns; ++c) totals[c] += static_cast<double>(sums[c]);
    }
}

/// sums[c] = sum over rows of matrix[row][c], matrix [rows, Columns].
template <std::size_t Columns, class P, class T>
void column_sums(const Cpu<P>& device, std::size_t rows, const T* matrix, T* sums, void* workspace) {
    auto* partial = static_cast<double*>(workspace);  // [chunks, Columns]
    constexpr std::size_t chunk = rows_per_chunk(Columns);
    parallel_chunks(rows, chunk, device.threads, [&](std::size_t begin, std::size_t end) {
        sum_rows<Columns, T>(begin, end, partial + begin / chunk * Columns, [&](std::size_t row, T* sum) {
            for (std::size_t c = 0; c < Columns; ++c) sum[c] += matrix[row * Columns + c];
        });
    });
    for (std::size_t c = 0; c < Columns; ++c) {
        double total = 0.0;
        for (std::size_t i = 0; i < row_chunks(rows, Columns); ++i) total += partial[i * Columns + c];
        sums[c] = static_cast<T>(total);
    }
}

}  // namespace ditto::detail
