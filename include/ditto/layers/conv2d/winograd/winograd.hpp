// Convolution with stride 1 by minimal filtering, F(4x4, Kernel x Kernel): each tile of 4x4 outputs costs inputs^2 =
// (Kernel + 3)^2 products for each pair of channels instead of 16 Kernel^2: 6.25 times fewer for 5x5 kernels, 4 times
// fewer for 3x3.
//
// A chunk of tiles goes through three steps in the thread's own scratch memory, which stays in the second-level cache:
//   1. every tile's input, [inputs, inputs, In], is transformed to `transformed` [elements, tiles, In];
//   2. for each panel of output channels, and each of the elements, a product with the transformed filters gives
//      `products` [elements, tiles, panel];
//   3. every tile's products are transformed back to 4x4 outputs, which the epilogue takes (tiles.hpp).
// Filters are transformed once for each pass. See layers/conv2d/winograd/matrices.hpp for the transforms.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "ditto/core/chunks.hpp"
#include "ditto/core/plan.hpp"
#include "ditto/device/cpu/cpu.hpp"
#include "ditto/device/cpu/register_product.hpp"
#include "ditto/layers/conv2d/tiles.hpp"
#include "ditto/layers/conv2d/winograd/matrices.hpp"

namespace ditto::detail {

/// Tiles of images of Height x Width pixels whose borders are padded with Kernel / 2 zeros.
template <int Height, int Width, int Kernel>
struct WinogradTiles {
    static constexpr int inputs = tile_size + Kernel - 1;
    static constexpr int elements = inputs * inputs;
    static constexpr std::size_t across = Width / tile_size;
    static constexpr std::size_t per_image = across * (Height / tile_size);

    static TilePlace place(std::size_t tile) {
        return {tile / per_image, static_cast<int>(tile % per_image / across) * tile_size,
                static_cast<int>(tile % across) * tile_size};
    }

    /// Loads one vector of channels of each input pixel of a tile: x is the first number of these channels in image 0.
    template <class V, class T>
    [[gnu::always_inline]] static void load(TilePlace tile, const T* x, std::size_t channels, V* pixels) {
        const int first_row = tile.top - Kernel / 2, first_column = tile.left - Kernel / 2;
        const T* from = x + tile.image * Height * Width * channels;
        const auto pixel = [&](int row, int column) {
            return V::load_unaligned(from + static_cast<std::size_t>(row * Width + column) * channels);
        };
        if (first_row >= 0 && first_column >= 0 && first_row + inputs <= Height && first_column + inputs <= Width) {
            for (int i = 0; i < inputs; ++i)
                for (int j = 0; j < inputs; ++j) pixels[i * inputs + j] = pixel(first_row + i, first_column + j);
            return;
        }
        for (int i = 0; i < inputs; ++i)
            for (int j = 0; j < inputs; ++j) {
                const int row = first_row + i, column = first_column + j;
                const bool inside = row >= 0 && column >= 0 && row < Height && column < Width;
                pixels[i * inputs + j] = inside ? pixel(row, column) : V(T{0});
            }
    }
};

/// One convolution: [Height, Width, In] to [Height, Width, Out], padding Kernel / 2.
template <class T, int Height, int Width, int In, int Out, int Kernel, class Arch>
struct WinogradConvolution {
    using V = Simd<T, Arch>;
    using Tiles = WinogradTiles<Height, Width, Kernel>;
    static constexpr int inputs = Tiles::inputs, elements = Tiles::elements;
    static constexpr std::size_t vector = V::size;
    static constexpr std::size_t panel = register_columns<T, Arch>;
    static constexpr std::size_t panels = Out / panel;
    static constexpr std::size_t filter_size = static_cast<std::size_t>(elements) * In * Out;

    static constexpr bool fits = Height % tile_size == 0 && Width % tile_size == 0 && In % panel == 0 &&
                                 Out % panel == 0 && (Kernel == 3 || Kernel == 5);

    /// Tiles of a chunk: as many as keep its scratch memory near 1.25 MB, a multiple of a register product's rows.
    static constexpr std::size_t rows = register_rows<Arch>;
    static constexpr std::size_t block =
        std::max<std::size_t>(1, 1280_KiB / (elements * (In + panel) * sizeof(T)) / rows) * rows;
    // From one element's matrix to the next there is a cache line more than its numbers: with a distance of a power of
    // two the elements of a tile, which are written together, would fall into one set of the cache.
    static constexpr std::size_t transformed_stride = block * In + line_numbers<T>;
    static constexpr std::size_t products_stride = block * panel + line_numbers<T>;
    static constexpr std::size_t transformed_size = elements * transformed_stride;
    static constexpr std::size_t products_size = elements * products_stride;
    static constexpr std::size_t scratch_bytes =
        round_up((transformed_size + products_size) * sizeof(T), tensor_alignment);
    static constexpr std::size_t filter_bytes = round_up(filter_size * sizeof(T), tensor_alignment);

    static constexpr std::size_t workspace_bytes(int threads) {
        return static_cast<std::size_t>(threads) * scratch_bytes;
    }
    static constexpr GroupedChunks chunks(std::size_t images, std::size_t groups) {
        return {groups, images / groups * Tiles::per_image, block};
    }

    /// filters [panels, elements, In, panel] = G w G^T for weights w [Kernel, Kernel, In, Out].
    static void transform_filters(int threads, const T* weights, T* filters) {
        parallel_for(In, threads, [&](std::size_t in) {
            for (std::size_t out = 0; out < Out; out += vector) {
                V taps[Kernel * Kernel], transformed[elements];
                for (std::size_t k = 0; k < std::size(taps); ++k)
                    taps[k] = V::load_unaligned(weights + (k * In + in) * Out + out);
                transform_tile<Kernel, inputs>(taps, transformed,
                                               transform_by_rows<FilterTransform<tile_size, Kernel>, V>);
                for (std::size_t e = 0; e < elements; ++e)
                    transformed[e].store_unaligned(filters + ((out / panel * elements + e) * In + in) * panel +
                                                   out % panel);
            }
        });
    }

    /// The convolution of x [images, Height, Width, In], tile by tile to `epilogue`. `filters` are transformed;
    /// `workspace` has workspace_bytes. Where there are few chunks, several threads share one: each transforms its
    /// input and multiplies some of the output channels.
    template <class Epilogue>
    static void convolve(int threads, const GroupedChunks& chunks, const T* x, const T* filters, void* workspace,
                         const Epilogue& epilogue) {
        std::size_t parts = 1;
        while (chunks.count() * parts < 2 * static_cast<std::size_t>(threads) && threads > 1 &&
               panels % (2 * parts) == 0)
            parts *= 2;
        parallel_for(chunks.count() * parts, threads, [&](std::size_t item) {
            const std::size_t chunk = item / parts, part = item % parts;
            const std::size_t begin = chunks.begin(chunk), end = chunks.end(chunk);
            T* transformed = reinterpret_cast<T*>(static_cast<std::byte*>(workspace) +
                                                  static_cast<std::size_t>(thread_index()) * scratch_bytes);
            T* products = transformed + transformed_size;
            transform_inputs(begin, end, x, transformed);
            for (std::size_t p = part * panels / parts; p < (part + 1) * panels / parts; ++p) {
                multiply(end - begin, transformed, filters + p * elements * In * panel, products);
                write_outputs(chunk, begin, end, products, p * panel, epilogue);
            }
        });
    }

  private:
    static void transform_inputs(std::size_t begin, std::size_t end, const T* x, T* transformed) {
        for (std::size_t tile = begin; tile < end; ++tile) {
            const TilePlace place = Tiles::place(tile);
            for (std::size_t in = 0; in < In; in += vector) {
                V pixels[elements], result[elements];
                Tiles::load(place, x + in, In, pixels);
                transform_tile<inputs, inputs>(pixels, result, transform_by_rows<InputTransform<tile_size, Kernel>, V>);
                for (std::size_t e = 0; e < elements; ++e)
                    result[e].store_unaligned(transformed + e * transformed_stride + (tile - begin) * In + in);
            }
        }
    }

    // The last rows of a chunk that is not full hold what was there before: computed, and never read.
    static void multiply(std::size_t tiles, const T* transformed, const T* filters, T* products) {
        for (std::size_t e = 0; e < elements; ++e)
            register_products<Arch>(tiles, In, transformed + e * transformed_stride, In, filters + e * In * panel,
                                    panel, products + e * products_stride, panel);
    }

    template <class Epilogue>
    static void write_outputs(std::size_t chunk, std::size_t begin, std::size_t end, const T* products,
                              std::size_t channel, const Epilogue& epilogue) {
        for (std::size_t part = 0; part < panel; part += vector)
            for (std::size_t tile = begin; tile < end; ++tile) {
                V values[elements], outputs[tile_pixels];
                for (std::size_t e = 0; e < elements; ++e)
                    values[e] = V::load_unaligned(products + e * products_stride + (tile - begin) * panel + part);
                transform_tile<inputs, tile_size>(values, outputs,
                                                  transform_by_columns<OutputTransform<tile_size, Kernel>, V>);
                epilogue(chunk, Tiles::place(tile), channel + part, outputs);
            }
    }
};

}  // namespace ditto::detail
