// Transposition of a matrix.
#pragma once

#include <algorithm>
#include <cstddef>

namespace ditto::detail {

/// output[column][row] = input[row][column] for a matrix of `rows` x `columns`, in blocks that stay in the first-level
/// cache.
template <class T>
void transpose(std::size_t rows, std::size_t columns, const T* input, T* output) {
    constexpr std::size_t block = 16;
    for (std::size_t r = 0; r < rows; r += block)
        for (std::size_t c = 0; c < columns; c += block)
            for (std::size_t i = r; i < std::min(rows, r + block); ++i)
                for (std::size_t j = c; j < std::min(columns, c + block); ++j)
                    output[j * rows + i] = input[i * columns + j];
}

}  // namespace ditto::detail
