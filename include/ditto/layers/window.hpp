// Windows that slide over an image: the options and the arithmetic that convolutions and pools share.
#pragma once

#include <algorithm>
#include <concepts>
#include <type_traits>

#include "ditto/core/shape.hpp"

namespace ditto {

namespace detail {

// Errors of a window, in classes of their own, so that there is no second one.
template <bool Right>
struct StrideCheck {
    static_assert(Right, "ditto: a stride is at least 1");
};
template <bool Right>
struct PaddingCheck {
    static_assert(Right, "ditto: padding is at least 0");
};
template <bool Right>
struct KernelSizeCheck {
    static_assert(Right, "ditto: a kernel is at least 1 pixel wide");
};
template <bool Right>
struct WindowOptionsCheck {
    static_assert(Right,
                  "ditto: options are Stride, Padding, AllowTruncation, each at most once, and, of Conv2d, "
                  "DirectAlgorithm");
};
template <bool Right>
struct SkippingCheck {
    static_assert(Right, "ditto: a stride beyond the kernel skips rows and columns of the input; say AllowTruncation");
};

}  // namespace detail

/// Option of Conv2d and the pools: the window moves by `Step` pixels at a time.
template <int Step>
struct Stride {
    static_assert(sizeof(detail::StrideCheck<(Step >= 1)>) > 0);
};

/// Option of Conv2d and the pools: `Pixels` rows and columns of padding on every side (zeros for a convolution, never
/// the maximum for a pool).
template <int Pixels>
struct Padding {
    static_assert(sizeof(detail::PaddingCheck<(Pixels >= 0)>) > 0);
};

/// Option of Conv2d and the pools: rows and columns of the input that no window reaches may be dropped. Without it a
/// network in which that happens does not compile.
struct AllowTruncation {};

namespace detail {
template <int Step>
constexpr int stride_or(Stride<Step>, int) {
    return std::max(Step, 1);
}
template <class Other>
constexpr int stride_or(Other, int value) {
    return value;
}
template <int Pixels>
constexpr int padding_or(Padding<Pixels>, int) {
    return std::max(Pixels, 0);
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

template <class T>
inline constexpr int is_stride = 0;
template <int Step>
inline constexpr int is_stride<Stride<Step>> = 1;
template <class T>
inline constexpr int is_padding = 0;
template <int Pixels>
inline constexpr int is_padding<Padding<Pixels>> = 1;

template <class T>
inline constexpr bool is_sensible_option = true;
template <int Step>
inline constexpr bool is_sensible_option<Stride<Step>> = Step >= 1;
template <int Pixels>
inline constexpr bool is_sensible_option<Padding<Pixels>> = Pixels >= 0;
}  // namespace detail

/// A square window of Kernel x Kernel pixels. DefaultStride holds where Options name no Stride.
template <int Kernel, int DefaultStride, class... Options>
struct SlidingWindow {
    static constexpr bool has_options = (detail::is_window_option<Options> && ...) &&
                                        (0 + ... + detail::is_stride<Options>) <= 1 &&
                                        (0 + ... + detail::is_padding<Options>) <= 1;
    static_assert(sizeof(detail::KernelSizeCheck<(Kernel >= 1)>) > 0);
    static_assert(sizeof(detail::WindowOptionsCheck<has_options>) > 0);

    static constexpr int kernel = std::max(Kernel, 1);
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
    static_assert(sizeof(detail::SkippingCheck<(stride <= kernel || may_truncate)>) > 0);
    /// False where one of these has been reported.
    static constexpr bool valid = Kernel >= 1 && has_options && (detail::is_sensible_option<Options> && ...) &&
                                  (stride <= kernel || may_truncate);

    /// How many windows fit along an axis of `extent` pixels.
    static constexpr int count(int extent) { return (extent + 2 * padding - kernel) / stride + 1; }

    /// Pixels of the input, not of its padding, that no window reaches at the far end of an axis.
    static constexpr int dropped(int extent) { return std::max(0, (extent + 2 * padding - kernel) % stride - padding); }

    /// Do the windows fit, and cover the axis or need not?
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
