// Windows that slide over an image: the options and the arithmetic that convolutions and pools share.
#pragma once

#include <algorithm>
#include <concepts>
#include <type_traits>

#include "ditto/core/shape.hpp"

namespace ditto {

/// Option of Conv2d and the pools: the window moves by `Step` pixels at a time.
template <int Step>
struct Stride {
    static_assert(Step >= 1, "ditto: a stride is at least 1");
};

/// Option of Conv2d and the pools: `Pixels` rows and columns of padding on every side (zeros for a convolution, never
/// the maximum for a pool).
template <int Pixels>
struct Padding {
    static_assert(Pixels >= 0, "ditto: padding is at least 0");
};

/// Option of Conv2d and the pools: rows and columns of the input that no window reaches may be dropped. Without it a
/// network in which that happens does not compile.
struct AllowTruncation {};

namespace detail {
template <int Step>
constexpr int stride_or(Stride<Step>, int) {
    return Step;
}
template <class Other>
constexpr int stride_or(Other, int value) {
    return value;
}
template <int Pixels>
constexpr int padding_or(Padding<Pixels>, int) {
    return Pixels;
}
template <class Other>
constexpr int padding_or(Other, int value) {
    return value;
}

template <class T>
inline constexpr bool is_window_option = std::same_as<T, AllowTruncation>;
template <int Step>
inline constexpr bool is_window_option<Stride<Step>> = true;
template <int Pixels>
inline constexpr bool is_window_option<Padding<Pixels>> = true;
}  // namespace detail

/// A square window of Kernel x Kernel pixels. DefaultStride holds where Options name no Stride.
template <int Kernel, int DefaultStride, class... Options>
struct Window {
    static_assert(Kernel >= 1, "ditto: a kernel is at least 1 pixel wide");
    static_assert((detail::is_window_option<Options> && ...),
                  "ditto: options are Stride, Padding, AllowTruncation and, of Conv2d, DirectAlgorithm");

    static constexpr int kernel = Kernel;
    static constexpr int stride = [] {
        int value = DefaultStride;
        ((value = detail::stride_or(Options{}, value)), ...);
        return value;
    }();
    static constexpr int padding = [] {
        int value = 0;
        ((value = detail::padding_or(Options{}, value)), ...);
        return value;
    }();
    static constexpr bool may_truncate = (std::same_as<Options, AllowTruncation> || ...);
    static_assert(stride <= kernel || may_truncate,
                  "ditto: a stride beyond the kernel skips rows and columns of the input; say AllowTruncation");

    /// How many windows fit along an axis of `extent` pixels.
    static constexpr int count(int extent) { return (extent + 2 * padding - kernel) / stride + 1; }

    /// Pixels of the input, not of its padding, that no window reaches at the far end of an axis.
    static constexpr int dropped(int extent) { return std::max(0, (extent + 2 * padding - kernel) % stride - padding); }

    static constexpr bool accepts(int extent) {
        return extent + 2 * padding >= kernel && (may_truncate || dropped(extent) == 0);
    }

    /// The extent that fits and is nearest below `extent`, or the smallest that fits.
    static constexpr int expects(int extent) {
        const int smallest = std::max(1, kernel - 2 * padding);
        return extent < smallest ? smallest : may_truncate ? extent : extent - dropped(extent);
    }

    /// The shape of the windows' grid over a spatial shape, with `channels` channels.
    static constexpr Extents grid(Extents in, int channels) {
        return Extents::spatial(count(in.height()), count(in.width()), channels);
    }
};

}  // namespace ditto
