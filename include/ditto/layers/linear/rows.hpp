// The rows of a linear layer's weight as its products read them: as numbers, or as bfloat16, half the memory traffic.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "ditto/device/cpu/cpu.hpp"
#include "ditto/device/cpu/simd.hpp"

namespace ditto::detail {

/// Numbers as they are in the network's parameters.
template <class T, class Arch>
struct PlainRows {
    using V = Simd<T, Arch>;
    using Number = T;
    static constexpr std::size_t columns = 1;  ///< in one Number

    /// The neighbouring columns that a vector of Numbers holds, a vector each.
    [[gnu::always_inline]] static std::array<V, columns> load(const Number* from) { return {V::load_unaligned(from)}; }
};

/// bfloat16, the upper half of a float. A Number holds one column in its lower half and the column one vector further
/// in its upper half, so that a shift and a mask make two vectors of it.
template <class Arch>
struct Bfloat16Rows {
    using V = Simd<float, Arch>;
    using Number = std::uint32_t;
    static constexpr std::size_t columns = 2;

    [[gnu::always_inline]] static std::array<V, columns> load(const Number* from) {
        typename CompilerVector<Number, V::size>::type both;  // g++ 12 warns about xsimd's shift
        std::memcpy(&both, from, sizeof both);
        const auto lower = both << 16, upper = both & 0xFFFF0000U;
        std::array<V, columns> vectors;
        std::memcpy(&vectors[0], &lower, sizeof lower);
        std::memcpy(&vectors[1], &upper, sizeof upper);
        return vectors;
    }

    /// Rounds `count` neighbouring columns, a multiple of two vectors, to nearest, ties to even. `to` is in vectors, as
    /// load takes them.
    static void store(const float* from, std::size_t count, Number* to) {
        for (std::size_t o = 0; o < count; o += 2 * V::size)
            for (std::size_t i = 0; i < V::size; ++i)
                *to++ = upper_half(from[o + i]) >> 16 | upper_half(from[o + V::size + i]);
    }

  private:
    static Number upper_half(float number) {
        if (std::isnan(number)) return 0x7FC00000U;
        const auto bits = std::bit_cast<Number>(number);
        return (bits + 0x7FFFU + (bits >> 16 & 1U)) & 0xFFFF0000U;
    }
};

/// How Inference on Cpu<P> holds the weight.
template <class P, class Arch>
struct HeldRows {
    using type = PlainRows<typename P::scalar, Arch>;
};
template <class Arch>
struct HeldRows<bf16, Arch> {
    using type = Bfloat16Rows<Arch>;
};

}  // namespace ditto::detail
