// bfloat16: the upper half of a float32.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>

struct __nv_bfloat16_raw {
    std::uint16_t x;
};

struct __nv_bfloat16 {
    __nv_bfloat16() = default;
    constexpr __nv_bfloat16(const __nv_bfloat16_raw& raw) : __x(raw.x) {}
    constexpr __nv_bfloat16(float value) : __x(rounded(value)) {}

    /// Through float32. (CUDA rounds once: the two differ where a double is near the middle of two bfloat16.)
    template <typename T>
    requires std::integral<T> || std::same_as<T, double>
    constexpr __nv_bfloat16(T value) : __nv_bfloat16(static_cast<float>(value)) {}

    constexpr operator float() const { return std::bit_cast<float>(std::uint32_t{__x} << 16); }
    constexpr operator __nv_bfloat16_raw() const { return {__x}; }

    /// In CUDA these round to bfloat16, and mixed with float they are ambiguous: kernels convert to float first.
    friend void operator+(__nv_bfloat16, __nv_bfloat16) = delete;
    friend void operator-(__nv_bfloat16, __nv_bfloat16) = delete;
    friend void operator*(__nv_bfloat16, __nv_bfloat16) = delete;
    friend void operator/(__nv_bfloat16, __nv_bfloat16) = delete;

  private:
    /// The nearest bfloat16, of two the even one. NaN becomes 0x7fff, as in CUDA's header.
    static constexpr std::uint16_t rounded(float value) {
        const auto bits = std::bit_cast<std::uint32_t>(value);
        if ((bits & 0x7fffffffU) > 0x7f800000U) return 0x7fff;
        return static_cast<std::uint16_t>((bits + 0x7fffU + (bits >> 16 & 1U)) >> 16);
    }

    std::uint16_t __x;
};

struct alignas(4) __nv_bfloat162 {
    __nv_bfloat162() = default;
    constexpr __nv_bfloat162(__nv_bfloat16 first, __nv_bfloat16 second) : x(first), y(second) {}
    __nv_bfloat16 x, y;
};

using nv_bfloat16 = __nv_bfloat16;
using nv_bfloat162 = __nv_bfloat162;

inline __nv_bfloat16 __float2bfloat16(float value) {
    return value;
}

inline __nv_bfloat16 __float2bfloat16_rn(float value) {
    return value;
}

inline float __bfloat162float(__nv_bfloat16 value) {
    return value;
}
