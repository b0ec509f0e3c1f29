// BatchNorm2d and BatchNorm1d: normalisation by the statistics of a batch (torch.nn.BatchNorm2d, BatchNorm1d).
#pragma once

#include "ditto/layers/layer.hpp"

namespace ditto {

namespace detail {
template <bool Right>
struct NormalizedCheck {
    static_assert(Right, "ditto: BatchNorm has at least one channel");
};
}  // namespace detail

/// What both share. In training each twin group is normalised by its own mean and biased variance over samples and
/// pixels, and the running averages take the group's mean and unbiased variance with momentum 0.1, group by group; in
/// inference the running averages normalise. Ioffe and Szegedy, "Batch normalization", ICML 2015.
template <int Channels>
struct BatchNorm : Layer {
    static_assert(sizeof(detail::NormalizedCheck<(Channels >= 1)>) > 0);
    static constexpr bool is_valid = Channels >= 1;
    static constexpr int channels = Channels;
    static constexpr double epsilon = 1e-5;
    static constexpr double momentum = 0.1;

    static constexpr Extents output(Extents in) { return in; }
    static constexpr std::int64_t flops(Extents in) { return 4 * in.size(); }

    static constexpr std::array<TensorInfo, 2> parameters() {
        return {{{"weight", 1, {Channels}, {0, 1, 2, 3}, Initialization::constant(1.0)},
                 {"bias", 1, {Channels}, {0, 1, 2, 3}, Initialization::constant(0.0)}}};
    }
    static constexpr std::array<TensorInfo, 2> buffers() {
        return {{{"running_mean", 1, {Channels}, {0, 1, 2, 3}, Initialization::constant(0.0)},
                 {"running_var", 1, {Channels}, {0, 1, 2, 3}, Initialization::constant(1.0)}}};
    }
    static constexpr bool tracks_batches = true;
    static constexpr bool in_place_inference = true;
    static constexpr bool backward_in_place = true;
    static constexpr bool backward_reads_output = false;
    /// Mean and 1/sqrt(variance + epsilon) of each of up to two twin groups, [2, 2, Channels], never below 32 bits.
    static constexpr std::size_t saved_bytes(Extents, std::size_t, std::size_t scalar) {
        return std::size_t{4} * Channels * (scalar < sizeof(float) ? sizeof(float) : scalar);
    }
};

/// BatchNorm of [H, W, Channels] over samples and pixels.
template <int Channels>
struct BatchNorm2d : BatchNorm<Channels> {
    static constexpr bool accepts(Extents in) { return in.is_spatial() && in.channels() == Channels; }
    static constexpr Extents expects(Extents in) {
        return in.is_spatial() ? Extents::spatial(in.height(), in.width(), Channels)
                               : Extents::spatial(any_height, any_width, Channels);
    }
};

/// BatchNorm of [Size] over samples.
template <int Size>
struct BatchNorm1d : BatchNorm<Size> {
    static constexpr bool accepts(Extents in) { return in == Extents::flat(Size); }
    static constexpr Extents expects(Extents) { return Extents::flat(Size); }
};

}  // namespace ditto
