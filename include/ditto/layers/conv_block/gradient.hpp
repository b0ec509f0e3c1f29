// The gradient of a block's convolution output, formed tile by tile for the weight gradient (see conv2d/tiles.hpp).
//
// With a the map after ReLU, dy the gradient of the block's output and n numbers in a group of a channel, the gradient
// of BatchNorm's input is  scale (dy' - mean(dy') - x mean(dy' x)),  x = (a - mean) / deviation,  where dy' is dy at
// the winners of the pool and 0 elsewhere. The two means need the winners alone. ReLU then lets it through where a > 0.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ditto/layers/conv_block/epilogue.hpp"

namespace ditto::detail {

/// The gradient is  scale (dy' - constant - (a - mean) slope)  with these numbers of each group, [groups, Channels].
template <class T>
struct BlockGradientTerms {
    T* scale;
    T* constant;
    T* slope;
};

template <class T, int Height, int Width, int Channels, bool Pooled>
struct BlockGradientTiles {
    bool store;                  // write the gradient over the map?
    T* map;                      // [images, Height, Width, Channels]
    const T* dy;                 // of the block's output
    const std::uint8_t* places;  // of the winners, [images, Height / 2, Width / 2, Channels]
    const T* mean;               // [groups, Channels]
    BlockGradientTerms<T> terms;
    std::size_t images_of_group;
    double* bias_sums;  // [chunks, Channels]

    template <class V>
    [[gnu::always_inline]] void operator()(std::size_t chunk, TilePlace place, std::size_t channel, V* values) const {
        const std::size_t at = place.image / images_of_group * Channels + channel;
        const V scale = V::load_unaligned(terms.scale + at), constant = V::load_unaligned(terms.constant + at);
        const V slope = V::load_unaligned(terms.slope + at), center = V::load_unaligned(mean + at);
        load_output_gradient(place, channel, values);
        V total(T{0});
        for_each_pixel<Height, Width, Channels>(place, [&](auto i, std::size_t offset) {
            T* pixel = map + offset + channel;
            const V a = V::load_unaligned(pixel);
            const V gradient = scale * xsimd::fnma(a - center, slope, values[i] - constant);
            values[i] = ReLU::gradient(a, gradient);
            total += values[i];
            if (store) values[i].store_unaligned(pixel);
        });
        add_to_doubles(total, bias_sums + chunk * Channels + channel);
    }

  private:
    // values = dy'.
    template <class V>
    [[gnu::always_inline]] void load_output_gradient(TilePlace place, std::size_t channel, V* values) const {
        if constexpr (Pooled) {
            unrolled<4>([&](auto window) {
                const std::size_t offset = pooled_offset<Height, Width, Channels>(place, window) + channel;
                const V gradient = V::load_unaligned(dy + offset), winner = load_bytes<V>(places + offset);
                unrolled<4>([&](auto i) {
                    values[window_pixel(window, i)] =
                        xsimd::select(winner == V(static_cast<T>(int(i))), gradient, V(T{0}));
                });
            });
        } else {
            for_each_pixel<Height, Width, Channels>(
                place, [&](auto i, std::size_t offset) { values[i] = V::load_unaligned(dy + offset + channel); });
        }
    }
};

}  // namespace ditto::detail
