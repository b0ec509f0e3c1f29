// Precisions as tag types.
#pragma once

namespace ditto {

/// 64-bit floating point: the reference.
struct fp64 {
    using scalar = double;
};
/// 32-bit floating point.
struct fp32 {
    using scalar = float;
};
/// 32-bit storage, products rounded to 10 bits of mantissa by tensor cores.
struct tf32 {
    using scalar = float;
};
/// 16-bit brain floating point, with 32-bit master weights and sums. On the CPU, for Inference only: linear layers
/// whose shape fits (layers/linear/slices.hpp) hold a copy of their weight rounded to it, a relative error of up to
/// 2^-8; everything else is fp32.
struct bf16 {
    using scalar = float;
};

/// The error of a precision that is none.
template <class Given>
struct not_a_precision {
    static_assert(sizeof(Given*) == 0, "ditto: a device's argument is a precision: fp32, fp64, tf32 or bf16");
};

namespace detail {

template <class T>
inline constexpr bool is_precision = requires {
    typename T::scalar;
};

// A precision's scalar; float for what is none, so that there is no second error.
template <class T, bool = is_precision<T>>
struct ScalarOf {
    using type = float;
    static_assert(sizeof(not_a_precision<T>) > 0);
};
template <class T>
struct ScalarOf<T, true> {
    using type = typename T::scalar;
};

}  // namespace detail

}  // namespace ditto
