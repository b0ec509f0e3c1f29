// ConvBlock: convolution, ReLU, BatchNorm2d and, maybe, MaxPool2d<2> as one layer. Users do not write it: a network is
// run with blocks where its layers and the device allow (network/execution.hpp).
#pragma once

#include "ditto/layers/batch_norm/batch_norm.hpp"
#include "ditto/layers/conv2d/conv2d.hpp"
#include "ditto/layers/elementwise/relu.hpp"
#include "ditto/layers/fusion.hpp"
#include "ditto/layers/pooling/max/max_pool2d.hpp"

namespace ditto {

/// The same as its layers one after another, with the same parameters in the same order. Pool is nothing or
/// MaxPool2d<2>. The block saves the map after ReLU, the winners of the pool and the batch statistics; the normalised
/// full-size map never exists.
template <class Conv, class Norm, class... Pool>
struct ConvBlock : Layer {
    static_assert(sizeof...(Pool) <= 1);
    using Convolution = Conv;
    using Normalization = Norm;
    static constexpr bool pooled = sizeof...(Pool) == 1;
    static constexpr int channels = Norm::channels;

    static constexpr bool accepts(Extents in) {
        return Conv::accepts(in) && Norm::accepts(Conv::output(in)) && (Pool::accepts(Conv::output(in)) && ...);
    }
    static constexpr Extents expects(Extents in) { return Conv::expects(in); }
    /// The map after convolution and ReLU.
    static constexpr Extents map(Extents in) { return Conv::output(in); }
    static constexpr Extents output(Extents in) {
        Extents out = map(in);
        ((out = Pool::output(out)), ...);
        return out;
    }
    static constexpr std::int64_t flops(Extents in) {
        const Extents full = map(in);
        return Conv::flops(in) + full.size() + Norm::flops(full) + (std::int64_t{0} + ... + Pool::flops(full));
    }

    static constexpr std::array<TensorInfo, 4> parameters() {
        constexpr auto conv = Conv::parameters();
        constexpr auto norm = Norm::parameters();
        return {conv[0], conv[1], norm[0], norm[1]};
    }
    static constexpr auto buffers() { return Norm::buffers(); }
    static constexpr bool tracks_batches = true;
    static constexpr bool backward_reads_output = false;

    /// Saved, in this order: the map [images, H, W, channels];
    static constexpr std::size_t map_bytes(Extents in, std::size_t images, std::size_t scalar) {
        return images * static_cast<std::size_t>(map(in).size()) * scalar;
    }
    /// the winners' places [images, H / 2, W / 2, channels], a byte each;
    static constexpr std::size_t winner_bytes(Extents in, std::size_t images) {
        return pooled ? images * static_cast<std::size_t>(output(in).size()) : 0;
    }
    /// and the statistics of BatchNorm.
    static constexpr std::size_t saved_bytes(Extents in, std::size_t images, std::size_t scalar) {
        return map_bytes(in, images, scalar) + winner_bytes(in, images) + Norm::saved_bytes(map(in), images, scalar);
    }
};

template <int In, int Out, int Size, class... Options>
struct FusedAs<Conv2d<In, Out, Size, Options...>, ReLU, BatchNorm2d<Out>> {
    using type = ConvBlock<Conv2d<In, Out, Size, Options...>, BatchNorm2d<Out>>;
};
template <int In, int Out, int Size, class... Options>
struct FusedAs<Conv2d<In, Out, Size, Options...>, ReLU, BatchNorm2d<Out>, MaxPool2d<2>> {
    using type = ConvBlock<Conv2d<In, Out, Size, Options...>, BatchNorm2d<Out>, MaxPool2d<2>>;
};

}  // namespace ditto
