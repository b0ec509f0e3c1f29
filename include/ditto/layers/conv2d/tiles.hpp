// Tiles of 4x4 outputs: what the fast convolutions produce and consume. A kernel hands each finished tile, one vector
// of channels at a time, to an epilogue, and asks a source for each tile of the output's gradient; so the same kernel
// serves a convolution by itself and one that is part of a block.
//
//   epilogue(chunk, place, channel, V (&values)[16])   // values: the tile's sums without the bias; may be changed
//   source(chunk, place, channel, V (&values)[16])     // fills values with the gradient of the tile's outputs
//
// Chunks are runs of tiles that one thread works through; a chunk never meets itself on another thread, so epilogue and
// source may keep sums for each.
#pragma once

#include <cstddef>

#include "ditto/device/cpu/simd.hpp"

namespace ditto::detail {

/// Outputs of a tile in each direction.
inline constexpr int tile_size = 4;
inline constexpr int tile_pixels = tile_size * tile_size;

/// A tile of an image: the place of its first output.
struct TilePlace {
    std::size_t image;
    int top, left;
};

/// Calls visit(i, offset) for each pixel i of a tile of an image [Height, Width, Channels]: offset of its numbers.
template <int Height, int Width, int Channels, class Visit>
[[gnu::always_inline]] inline void for_each_pixel(TilePlace place, const Visit& visit) {
    const std::size_t first =
        (place.image * Height + static_cast<std::size_t>(place.top)) * Width + static_cast<std::size_t>(place.left);
    unrolled<tile_pixels>([&](auto i) {
        constexpr std::size_t pixel = static_cast<std::size_t>(i / tile_size * Width + i % tile_size);
        visit(i, (first + pixel) * Channels);
    });
}

/// Writes tiles plus a bias (unless it is null) to y [images, Height, Width, Channels].
template <class T, int Height, int Width, int Channels>
struct StoreTiles {
    const T* bias;  // [Channels]
    T* y;

    template <class V>
    [[gnu::always_inline]] void operator()(std::size_t, TilePlace place, std::size_t channel, V* values) const {
        const V shift = bias == nullptr ? V(T{0}) : V::load_unaligned(bias + channel);
        for_each_pixel<Height, Width, Channels>(
            place, [&](auto i, std::size_t offset) { (values[i] + shift).store_unaligned(y + offset + channel); });
    }
};

/// Reads tiles of dy [images, Height, Width, Channels].
template <class T, int Height, int Width, int Channels>
struct LoadTiles {
    const T* dy;

    template <class V>
    [[gnu::always_inline]] void operator()(std::size_t, TilePlace place, std::size_t channel, V* values) const {
        for_each_pixel<Height, Width, Channels>(
            place, [&](auto i, std::size_t offset) { values[i] = V::load_unaligned(dy + offset + channel); });
    }
};

}  // namespace ditto::detail
