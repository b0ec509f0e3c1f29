// Conv2d: two-dimensional convolution (torch.nn.Conv2d).
#pragma once

#include <concepts>
#include <type_traits>

#include "ditto/core/constexpr_math.hpp"
#include "ditto/layers/layer.hpp"
#include "ditto/layers/window.hpp"

namespace ditto {

/// Option of Conv2d: the direct algorithm on every device, also where a faster one exists whose rounding errors are a
/// little larger. It changes no shape and no fingerprint.
struct DirectAlgorithm {};
template <>
inline constexpr bool detail::is_window_option<DirectAlgorithm> = true;

namespace detail {
template <bool Right>
struct ChannelsCheck {
    static_assert(Right, "ditto: Conv2d has at least one channel in and out");
};
}  // namespace detail

template <int In, int Out, int Kernel, class... Options>
struct Conv2d;

namespace detail {

template <class... Options>
struct OptionList {};

// A Conv2d with the options that say what it is, without those that only say how it is computed.
template <int In, int Out, int Kernel, class Kept, class... Options>
struct ConvArchitecture;
template <int In, int Out, int Kernel, class... Kept>
struct ConvArchitecture<In, Out, Kernel, OptionList<Kept...>> {
    using type = Conv2d<In, Out, Kernel, Kept...>;
};
template <int In, int Out, int Kernel, class... Kept, class First, class... Rest>
struct ConvArchitecture<In, Out, Kernel, OptionList<Kept...>, First, Rest...>
    : ConvArchitecture<
          In, Out, Kernel,
          std::conditional_t<std::same_as<First, DirectAlgorithm>, OptionList<Kept...>, OptionList<Kept..., First>>,
          Rest...> {};

}  // namespace detail

/// Convolution of [H, W, In] with Out kernels of Kernel x Kernel x In, plus a bias: [H', W', Out].
/// Options: Stride<1>, Padding<0>, AllowTruncation, DirectAlgorithm. Weights start uniform within 1/sqrt(In *
/// Kernel^2), PyTorch's default.
template <int In, int Out, int Kernel, class... Options>
struct Conv2d : Layer {
    static_assert(sizeof(detail::ChannelsCheck<(In >= 1 && Out >= 1)>) > 0);
    using Architecture = typename detail::ConvArchitecture<In, Out, Kernel, detail::OptionList<>, Options...>::type;
    using Geometry = SlidingWindow<Kernel, 1, Options...>;
    static constexpr bool is_valid = In >= 1 && Out >= 1 && Geometry::valid;
    static constexpr bool direct = (std::same_as<Options, DirectAlgorithm> || ...);
    static constexpr int in_channels = In;
    static constexpr int out_channels = Out;
    /// Length of the dot product behind one output.
    static constexpr int depth = Kernel * Kernel * In;

    static constexpr bool accepts(Extents in) {
        return in.is_spatial() && in.channels() == In && Geometry::accepts(in.height()) &&
               Geometry::accepts(in.width());
    }
    static constexpr Extents expects(Extents in) {
        if (!in.is_spatial()) return Extents::spatial(any_height, any_width, In);
        return Extents::spatial(Geometry::expects(in.height()), Geometry::expects(in.width()), In);
    }
    static constexpr Extents output(Extents in) { return Geometry::grid(in, Out); }
    static constexpr std::int64_t flops(Extents in) { return output(in).pixels() * Out * 2 * depth; }

    static constexpr std::array<TensorInfo, 2> parameters() {
        const auto initial = Initialization::uniform(1.0 / detail::constexpr_sqrt(depth));
        return {{{"weight", 4, {Out, In, Kernel, Kernel}, {2, 3, 1, 0}, initial},  // memory: [Kernel, Kernel, In, Out]
                 {"bias", 1, {Out}, {0, 1, 2, 3}, initial}}};
    }
    static constexpr bool backward_reads_output = false;
};

}  // namespace ditto
