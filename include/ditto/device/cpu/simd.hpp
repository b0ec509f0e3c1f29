// Vectors of numbers in registers, and how many registers the instruction set has.
#pragma once

#include <cstddef>
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

}  // namespace ditto::detail
