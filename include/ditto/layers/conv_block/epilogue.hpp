// What a block does with each tile of its convolution while the tile is in registers (see conv2d/tiles.hpp).
//
// In training: add the bias, apply ReLU, store the map, sum for the batch statistics, and let each 2x2 window's winner
// through. The pool comes before the affine map y = scale (x - mean) + bias of BatchNorm, whose statistics are not
// known yet: the largest y is that of the largest x where scale is positive, and of the smallest where it is negative;
// the sign is known, because scale = weight / deviation. Equal numbers, and all where the weight is 0, leave the
// window's first. The affine map then runs over the winners alone.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ditto/layers/conv2d/tiles.hpp"
#include "ditto/layers/elementwise/relu.hpp"
#include "ditto/layers/pooling/winner.hpp"

namespace ditto::detail {

/// Sums over the tiles of each chunk and channel: [chunks, 3, Channels] of the tiles' totals s, of s^2, and of the
/// squared deviations of a tile's numbers from their mean s / 16.
inline constexpr std::size_t tile_sums = 3;

/// The first pixel, in the order of for_each_pixel, of window `window` of a tile, and the other three.
constexpr int window_pixel(int window, int place) {
    return (window / 2 * 2 + place / 2) * tile_size + window % 2 * 2 + place % 2;
}

/// The number with the largest `sign` * x of a window of four; `place` is where it stands. The first of equal ones, and
/// NaN before all others, as torch.nn.MaxPool2d has it.
template <class V>
[[gnu::always_inline]] inline V window_winner(const V* values, int window, const V& sign, V& place) {
    using T = typename V::value_type;
    V best = values[window_pixel(window, 0)], best_key = sign * best;
    place = V(T{0});
    unrolled<3>([&](auto i) __attribute__((always_inline)) {
        const V value = values[window_pixel(window, i + 1)], key = sign * value;
        const auto better = wins(key, best_key);
        best = xsimd::select(better, value, best);
        best_key = xsimd::select(better, key, best_key);
        place = xsimd::select(better, V(static_cast<T>(i + 1)), place);
    });
    return best;
}

/// 1, -1 or 0, as x is.
template <class V>
[[gnu::always_inline]] inline V sign_of(const V& x) {
    const V zero(typename V::value_type{0}), one(typename V::value_type{1});
    return xsimd::select(x > zero, one, xsimd::select(x < zero, -one, zero));
}

/// The offset of the numbers of window `window` of a tile in a pooled map [images, Height / 2, Width / 2, Channels].
template <int Height, int Width, int Channels>
constexpr std::size_t pooled_offset(TilePlace place, int window) {
    const auto row = static_cast<std::size_t>(place.top / 2 + window / 2);
    const auto column = static_cast<std::size_t>(place.left / 2 + window % 2);
    return ((place.image * (Height / 2) + row) * (Width / 2) + column) * Channels;
}

template <class T, int Height, int Width, int Channels, bool Pooled>
struct TrainingEpilogue {
    const T* bias;         // [Channels]
    const T* weight;       // [Channels], BatchNorm's
    T* map;                // [images, Height, Width, Channels]
    T* winners;            // [images, Height / 2, Width / 2, Channels]
    std::uint8_t* places;  // of the winners in their windows
    double* sums;          // [chunks, tile_sums, Channels]

    template <class V>
    [[gnu::always_inline]] void operator()(std::size_t chunk, TilePlace place, std::size_t channel, V* values) const {
        const V shift = V::load_unaligned(bias + channel);
        V total(T{0});
        for_each_pixel<Height, Width, Channels>(place, [&](auto i, std::size_t offset) {
            values[i] = ReLU::value(values[i] + shift);
            values[i].store_unaligned(map + offset + channel);
            total += values[i];
        });
        const V mean = total * V(T{1} / tile_pixels);
        V deviations(T{0});
        unrolled<tile_pixels>([&](auto i) {
            const V deviation = values[i] - mean;
            deviations = xsimd::fma(deviation, deviation, deviations);
        });
        double* own = sums + chunk * tile_sums * Channels + channel;
        alignas(V) T totals[V::size], squares[V::size];
        total.store_aligned(totals);
        deviations.store_aligned(squares);
        for (std::size_t c = 0; c < V::size; ++c) {
            const double wide = static_cast<double>(totals[c]);
            own[c] += wide;
            own[Channels + c] += wide * wide;
            own[std::size_t{2} * Channels + c] += static_cast<double>(squares[c]);
        }
        if constexpr (Pooled) {
            const V sign = sign_of(V::load_unaligned(weight + channel));
            unrolled<4>([&](auto window) {
                const std::size_t offset = pooled_offset<Height, Width, Channels>(place, window) + channel;
                V winner_place;
                window_winner(values, window, sign, winner_place).store_unaligned(winners + offset);
                store_bytes(winner_place, places + offset);
            });
        }
    }
};

/// In inference the statistics are known: bias, ReLU, pool and affine map, and only the result is stored.
template <class T, int Height, int Width, int Channels, bool Pooled>
struct InferenceEpilogue {
    const T* bias;   // [Channels]
    const T* scale;  // [Channels]: BatchNorm's weight / running deviation
    const T* mean;   // [Channels]: the running mean
    const T* shift;  // [Channels]: BatchNorm's bias
    T* output;

    template <class V>
    [[gnu::always_inline]] void operator()(std::size_t, TilePlace place, std::size_t channel, V* values) const {
        const V added = V::load_unaligned(bias + channel), factor = V::load_unaligned(scale + channel);
        const V center = V::load_unaligned(mean + channel), moved = V::load_unaligned(shift + channel);
        unrolled<tile_pixels>([&](auto i) { values[i] = ReLU::value(values[i] + added); });
        const auto store = [&](const V& x, std::size_t offset) {
            xsimd::fma(x - center, factor, moved).store_unaligned(output + offset + channel);
        };
        if constexpr (Pooled) {
            const V sign = sign_of(factor);
            unrolled<4>([&](auto window) {
                V ignored;
                store(window_winner(values, window, sign, ignored),
                      pooled_offset<Height, Width, Channels>(place, window));
            });
        } else {
            for_each_pixel<Height, Width, Channels>(place,
                                                    [&](auto i, std::size_t offset) { store(values[i], offset); });
        }
    }
};

}  // namespace ditto::detail
