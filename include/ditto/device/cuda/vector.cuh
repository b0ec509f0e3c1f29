// Neighbouring numbers that a thread of a kernel takes with one access of up to 16 bytes.
#pragma once

#include <bit>
#include <cstddef>
#include <numeric>
#include <type_traits>

#include "ditto/device/cuda/cuda.hpp"

// Before a loop whose steps are to lie one after another: what it fills by an index then stays in registers.
#ifdef __CUDACC__
#define DITTO_UNROLL _Pragma("unroll")
#else
#define DITTO_UNROLL
#endif

namespace ditto::detail {

/// How many numbers of type A a thread takes at once where `channels` of them are neighbours: as many as 16 bytes hold,
/// or fewer, so that they divide the channels and their addresses are aligned.
template <class A>
constexpr int vector_width(std::size_t channels) {
    return static_cast<int>(std::gcd(channels, 16 / sizeof(A)));
}

/// One number as floats see it, of each of `Width` neighbouring channels.
template <int Width>
struct Floats {
    float at[Width];
};

template <std::size_t Bytes, class Number>
struct AccessOf {
    static_assert(Bytes == sizeof(Number), "ditto: one number, or numbers of 4, 8 or 16 bytes");
    using type = Number;
};
template <class Number>
struct AccessOf<2, Number> {
    using type = unsigned short;
};
template <class Number>
struct AccessOf<4, Number> {
    using type = unsigned;
};
template <class Number>
struct AccessOf<8, Number> {
    using type = uint2;
};
template <class Number>
struct AccessOf<16, Number> {
    using type = uint4;
};

/// `Width` neighbouring numbers, whose address is a multiple of their bytes. (Read through CUDA's own vector types and
/// written by an instruction of CUDA's: nvcc writes structures piece by piece.)
template <class Number, int Width>
struct Vector {
    Number at[Width];
    using Access = typename AccessOf<sizeof(Number) * Width, Number>::type;
    static_assert(sizeof(Access) == sizeof(Number) * Width);

    static __device__ Vector load(const Number* from) {
        return std::bit_cast<Vector>(*reinterpret_cast<const Access*>(from));
    }
    __device__ void store(Number* to) const {
        if constexpr (sizeof(Access) == 1)
            *to = at[0];
        else
            __stwb(reinterpret_cast<Access*>(to), std::bit_cast<Access>(*this));
    }
};

/// `Width` neighbouring numbers as floats.
template <int Width, class Number>
__device__ Floats<Width> load_floats(const Number* from) {
    const auto loaded = Vector<Number, Width>::load(from);
    Floats<Width> floats;
    DITTO_UNROLL
    for (int i = 0; i < Width; ++i) floats.at[i] = static_cast<float>(loaded.at[i]);
    return floats;
}
/// Constants of `Width` channels: floats of any alignment.
template <int Width>
__device__ Floats<Width> constants(const float* from) {
    Floats<Width> floats;
    DITTO_UNROLL
    for (int i = 0; i < Width; ++i) floats.at[i] = from[i];
    return floats;
}
/// Writes floats as numbers of another type, rounded.
template <int Width, class Number>
__device__ void store_floats(const Floats<Width>& floats, Number* to) {
    Vector<Number, Width> rounded;
    DITTO_UNROLL
    for (int i = 0; i < Width; ++i) rounded.at[i] = Number(floats.at[i]);
    rounded.store(to);
}

}  // namespace ditto::detail
