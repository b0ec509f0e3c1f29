// Element types of tensors in files, and the floating-point conversions that reading them takes.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>

namespace ditto {

static_assert(std::endian::native == std::endian::little, "ditto: files are little-endian and are read as they are");

/// The element type of a tensor in a file.
enum class DType : std::uint8_t { boolean, u8, i8, u16, i16, f16, bf16, u32, i32, f32, u64, i64, f64 };

namespace detail {
struct DTypeTraits {
    std::string_view name;
    std::size_t bytes;
};
inline constexpr std::array<DTypeTraits, 13> dtype_traits{{{"BOOL", 1},
                                                           {"U8", 1},
                                                           {"I8", 1},
                                                           {"U16", 2},
                                                           {"I16", 2},
                                                           {"F16", 2},
                                                           {"BF16", 2},
                                                           {"U32", 4},
                                                           {"I32", 4},
                                                           {"F32", 4},
                                                           {"U64", 8},
                                                           {"I64", 8},
                                                           {"F64", 8}}};
}  // namespace detail

/// The name that safetensors headers use: "F32".
constexpr std::string_view dtype_name(DType dtype) {
    return detail::dtype_traits[static_cast<std::size_t>(dtype)].name;
}

/// Bytes of one element.
constexpr std::size_t dtype_bytes(DType dtype) {
    return detail::dtype_traits[static_cast<std::size_t>(dtype)].bytes;
}

/// The element type of that name, if there is one.
constexpr std::optional<DType> parse_dtype(std::string_view name) {
    for (std::size_t i = 0; i < detail::dtype_traits.size(); ++i)
        if (detail::dtype_traits[i].name == name) return static_cast<DType>(i);
    return std::nullopt;
}

/// The element type whose bytes are those of a T in memory: float, double, or an integer of 8 to 64 bits.
template <class T>
inline constexpr DType dtype_of = [] {
    if constexpr (std::is_same_v<T, float>) {
        return DType::f32;
    } else if constexpr (std::is_same_v<T, double>) {
        return DType::f64;
    } else {
        static_assert(std::is_integral_v<T> && !std::is_same_v<T, bool>, "ditto: no file holds elements of this type");
        constexpr std::array<DType, 4> with_sign{DType::i8, DType::i16, DType::i32, DType::i64};
        constexpr std::array<DType, 4> without_sign{DType::u8, DType::u16, DType::u32, DType::u64};
        constexpr std::size_t width = std::countr_zero(sizeof(T));
        return std::is_signed_v<T> ? with_sign[width] : without_sign[width];
    }
}();

/// The value of a number of 16 bits in IEEE 754 binary16.
constexpr float half_to_float(std::uint16_t half) {
    const std::uint32_t sign = (half & 0x8000U) << 16, exponent = (half >> 10) & 31U, mantissa = half & 0x3FFU;
    if (exponent == 0) {
        const float magnitude = static_cast<float>(mantissa) * 0x1p-24F;
        return sign == 0 ? magnitude : -magnitude;
    }
    const std::uint32_t rebiased = exponent == 31 ? 255U : exponent + 112U;
    return std::bit_cast<float>(sign | (rebiased << 23) | (mantissa << 13));
}

/// The value of a number of 16 bits in bfloat16: the upper half of a float.
constexpr float bfloat16_to_float(std::uint16_t upper) {
    return std::bit_cast<float>(std::uint32_t{upper} << 16);
}

}  // namespace ditto
