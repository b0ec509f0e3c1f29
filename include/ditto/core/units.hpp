// Sizes of memory, and the strong integers that calls take.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ditto {

/// 512_MiB: bytes in powers of 1024.
inline namespace literals {
constexpr std::size_t operator""_KiB(unsigned long long n) {
    return n << 10;
}
constexpr std::size_t operator""_MiB(unsigned long long n) {
    return n << 20;
}
constexpr std::size_t operator""_GiB(unsigned long long n) {
    return n << 30;
}
}  // namespace literals

/// A number of pairs of images: how many a batch holds at most.
struct batch_pairs {
    std::size_t count;
    constexpr std::size_t images() const { return 2 * count; }  ///< two of each pair
};

/// Rounds `value` up to a multiple of `step`.
constexpr std::size_t round_up(std::size_t value, std::size_t step) {
    return (value + step - 1) / step * step;
}

}  // namespace ditto
