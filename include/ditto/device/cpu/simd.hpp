// Vectors of numbers in registers, and how many registers the instruction set has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include <xsimd/xsimd.hpp>

namespace ditto::detail {

/// The instruction set that the compiler was told to use. Kernels carry it in their type: compiled for another
/// processor they are other functions.
using NativeArch = xsimd::default_arch;

/// A register of numbers.
template <class T, class Arch = NativeArch>
using Simd = xsimd::batch<T, Arch>;

/// Vector registers that a kernel may count on: 32 with AVX-512, otherwise 16.
template <class Arch>
inline constexpr int vector_registers = Simd<float, Arch>::size >= 16 ? 32 : 16;

/// Calls function(std::integral_constant<int, 0>{}), ..., up to Count - 1: a loop that is always unrolled.
template <int Count, class Function>
[[gnu::always_inline]] inline void unrolled(const Function& function) {
    [&]<int... Index>(std::integer_sequence<int, Index...>) __attribute__((always_inline)) {
        (function(std::integral_constant<int, Index>{}), ...);
    }
    (std::make_integer_sequence<int, Count>{});
}

/// Numbers in one cache line.
template <class T>
inline constexpr std::size_t line_numbers = 64 / sizeof(T);

/// to[i] = from[i] for Count numbers, a multiple of a register's.
template <std::size_t Count, class V, class T>
[[gnu::always_inline]] inline void copy_vectors(const T* from, T* to) {
    unrolled<static_cast<int>(Count / V::size)>(
        [&](auto i) { V::load_unaligned(from + i * V::size).store_unaligned(to + i * V::size); });
}

/// The numbers of a register as a vector of the compiler's, for what xsimd lacks: conversions between widths.
template <class T, std::size_t Count>
struct CompilerVector {
    using type [[gnu::vector_size(Count * sizeof(T))]] = T;
};

/// to[i] = the i-th number of `small`, whole numbers below 128, as a byte.
template <class V>
[[gnu::always_inline]] inline void store_bytes(const V& small, std::uint8_t* to) {
    using T = typename V::value_type;
    using Integers =
        typename CompilerVector<std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>, V::size>::type;
    using Bytes = typename CompilerVector<std::uint8_t, V::size>::type;
    typename CompilerVector<T, V::size>::type numbers;
    std::memcpy(&numbers, &small, sizeof numbers);
    const auto bytes = __builtin_convertvector(__builtin_convertvector(numbers, Integers), Bytes);
    std::memcpy(to, &bytes, sizeof bytes);
}

/// The reverse of store_bytes.
template <class V>
[[gnu::always_inline]] inline V load_bytes(const std::uint8_t* from) {
    using T = typename V::value_type;
    using Integers =
        typename CompilerVector<std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>, V::size>::type;
    typename CompilerVector<std::uint8_t, V::size>::type bytes;
    std::memcpy(&bytes, from, sizeof bytes);
    const auto numbers =
        __builtin_convertvector(__builtin_convertvector(bytes, Integers), typename CompilerVector<T, V::size>::type);
    V result;
    std::memcpy(&result, &numbers, sizeof numbers);
    return result;
}

/// totals[i] += the i-th number of `numbers`.
template <class V>
[[gnu::always_inline]] inline void add_to_doubles(const V& numbers, double* totals) {
    alignas(V) typename V::value_type values[V::size];
    numbers.store_aligned(values);
    for (std::size_t i = 0; i < V::size; ++i) totals[i] += static_cast<double>(values[i]);
}

}  // namespace ditto::detail
