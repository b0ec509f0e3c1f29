// What the reference scripts use, bit for bit: named streams of numbers and summaries of tensors (see README.md).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <ditto/core/random.hpp>
#include <span>
#include <string_view>
#include <vector>

namespace reference {

/// FNV-1a, 64 bits: the key of the stream of that name.
constexpr std::uint64_t name_key(std::string_view name) {
    std::uint64_t key = 0xCBF29CE484222325U;
    for (const char character : name) key = (key ^ static_cast<unsigned char>(character)) * 0x100000001B3U;
    return key;
}

/// A named stream of numbers with random access. `draw` numbers independent streams of one name.
class Stream {
  public:
    explicit constexpr Stream(std::string_view name, std::uint32_t draw = 0) : key_(name_key(name)), draw_(draw) {}

    /// Number i of the stream, 32 uniform bits.
    constexpr std::uint32_t bits(std::size_t i) const {
        return ditto::philox({static_cast<std::uint32_t>(i / 4), draw_, 0, 0}, key_)[i % 4];
    }

    /// Number i of the stream in [-1, 1): a multiple of 2^-23, exact in float.
    constexpr double operator[](std::size_t i) const { return number(bits(i)); }

    /// Numbers first, first + 1, ... of the stream, as many as `numbers` takes: one block of bits gives four.
    template <class T>
    void read(std::size_t first, std::span<T> numbers) const {
        std::array<std::uint32_t, 4> block{};
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            const std::size_t at = first + i;
            if (i == 0 || at % 4 == 0) block = ditto::philox({static_cast<std::uint32_t>(at / 4), draw_, 0, 0}, key_);
            numbers[i] = static_cast<T>(number(block[at % 4]));
        }
    }

  private:
    static constexpr double number(std::uint32_t bits) { return static_cast<double>(bits >> 8) * 0x1p-23 - 1.0; }

    std::uint64_t key_;
    std::uint32_t draw_;
};

inline constexpr std::size_t full_size = 128;  // tensors up to this size are stored whole
inline constexpr std::size_t sample_count = 64;
inline constexpr std::size_t projection_count = 32;
inline constexpr std::size_t projection_width = 1024;

/// 64 entries of a tensor, at fixed pseudo-random positions.
template <class T>
std::vector<double> samples(std::span<const T> tensor) {
    constexpr Stream positions("sample positions");
    std::vector<double> result(sample_count);
    for (std::size_t j = 0; j < sample_count; ++j)
        result[j] = static_cast<double>(tensor[(positions.bits(j) * tensor.size()) >> 32]);
    return result;
}

/// Products of a tensor with 32 fixed vectors of signs. Sign i of vector k is
/// row_sign[k][i / 1024] * column_sign[k][i % 1024].
template <class T>
std::vector<double> projections(std::span<const T> tensor) {
    using Row = std::array<double, projection_width>;
    const auto sign = [](double value) { return value >= 0 ? 1.0 : -1.0; };
    std::vector<Row> columns(projection_count);  // sums of the rows, each times its sign
    std::vector<Row> rows(64);                   // as many as stay in the cache for all projections
    for (std::size_t first = 0; first < tensor.size(); first += rows.size() * projection_width) {
        const auto part = tensor.subspan(first, std::min(rows.size() * projection_width, tensor.size() - first));
        std::fill(rows.begin(), rows.end(), Row{});
        for (std::size_t i = 0; i < part.size(); i += projection_width)
            std::copy_n(part.begin() + static_cast<std::ptrdiff_t>(i), std::min(projection_width, part.size() - i),
                        rows[i / projection_width].begin());
        for (std::size_t k = 0; k < projection_count; ++k) {
            const Stream row_signs("projection rows", static_cast<std::uint32_t>(k));
            Row& sums = columns[k];
            for (std::size_t row = 0; row * projection_width < part.size(); ++row) {
                const double row_sign = sign(row_signs[first / projection_width + row]);
                const Row& numbers = rows[row];
#pragma omp simd
                for (std::size_t i = 0; i < projection_width; ++i) sums[i] += row_sign * numbers[i];
            }
        }
    }
    std::vector<double> result(projection_count);
    for (std::size_t k = 0; k < projection_count; ++k) {
        const Stream column_signs("projection columns", static_cast<std::uint32_t>(k));
        for (std::size_t i = 0; i < projection_width; ++i) result[k] += sign(column_signs[i]) * columns[k][i];
    }
    return result;
}

}  // namespace reference
