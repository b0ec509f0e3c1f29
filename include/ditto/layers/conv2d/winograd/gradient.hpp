// The weight gradient of a convolution by minimal filtering, and the kernels that its input gradient convolves with.
//
// Each tile contributes the correlation of its (Kernel + 3)^2 inputs with the gradient of its 4x4 outputs, F(Kernel x
// Kernel, 4x4); the transform is linear, so products are summed over all tiles before the one transform back. Tiles are
// taken a batch at a time: first all of a batch are transformed, then each element's product, which no other element
// shares, is added to its sum. No sum is split between threads.
#pragma once

#include <iterator>

#include "ditto/device/cpu/transpose.hpp"
#include "ditto/layers/conv2d/winograd/winograd.hpp"

namespace ditto::detail {

/// turned [Kernel, Kernel, Out, In]: weights [Kernel, Kernel, In, Out] with both kernel axes reversed. The input
/// gradient is the convolution of the output's gradient with these.
template <int In, int Out, int Kernel, class T>
void turn_kernels(int threads, const T* weights, T* turned) {
    constexpr std::size_t taps = std::size_t{Kernel} * Kernel, matrix = static_cast<std::size_t>(In) * Out;
    parallel_for(taps, threads, [&](std::size_t tap) {
        transpose(In, Out, weights + (taps - 1 - tap) * matrix, turned + tap * matrix);
    });
}

/// The weight gradient of the convolution [Height, Width, In] to [Height, Width, Out].
template <class T, int Height, int Width, int In, int Out, int Kernel, class Arch>
struct WinogradWeightGradient {
    using V = Simd<T, Arch>;
    using Tiles = WinogradTiles<Height, Width, Kernel>;
    static constexpr int inputs = Tiles::inputs, elements = Tiles::elements;
    static constexpr std::size_t vector = V::size;
    static constexpr std::size_t panel = register_columns<T, Arch>;
    static constexpr std::size_t rows = dividing_rows<Arch>(In);

    /// Tiles that are transformed before their products are added, and tiles of a chunk.
    static constexpr std::size_t batch = 128;
    static constexpr std::size_t chunk = 8;
    // A cache line more than the numbers from element to element: see WinogradConvolution.
    static constexpr std::size_t image_stride = batch * In + line_numbers<T>;      // of [batch, In]
    static constexpr std::size_t gradient_stride = batch * Out + line_numbers<T>;  // of [Out / panel, batch, panel]
    static constexpr std::size_t image_elements = elements * image_stride,
                                 gradient_elements = elements * gradient_stride;
    static constexpr std::size_t sum_elements = static_cast<std::size_t>(elements) * In * Out;  // [elements, In, Out]

    static constexpr std::size_t workspace_bytes() {
        return (image_elements + gradient_elements + sum_elements) * sizeof(T);
    }
    static constexpr GroupedChunks chunks(std::size_t images) { return {1, images * Tiles::per_image, chunk}; }

    /// weight_gradient [Kernel, Kernel, In, Out] from x [images, Height, Width, In] and the gradient of the outputs,
    /// which `source` gives tile by tile.
    template <class Source>
    static void compute(int threads, std::size_t images, const T* x, const Source& source, T* weight_gradient,
                        void* workspace) {
        T* image_part = static_cast<T*>(workspace);
        T* gradient_part = image_part + image_elements;
        T* sums = gradient_part + gradient_elements;
        const GroupedChunks all = chunks(images);
        constexpr std::size_t chunks_of_batch = batch / chunk;
        for (std::size_t first = 0; first < all.count(); first += chunks_of_batch) {
            const std::size_t last = std::min(first + chunks_of_batch, all.count());
            const std::size_t begin = all.begin(first);
            parallel_for(last - first, threads, [&](std::size_t item) {
                for (std::size_t tile = all.begin(first + item); tile < all.end(first + item); ++tile) {
                    transform_image(Tiles::place(tile), tile - begin, x, image_part);
                    transform_gradient(first + item, Tiles::place(tile), tile - begin, source, gradient_part);
                }
            });
            const std::size_t count = all.end(last - 1) - begin;
            if (first == 0) {
                add_products<false>(threads, count, image_part, gradient_part, sums);
            } else {
                add_products<true>(threads, count, image_part, gradient_part, sums);
            }
        }
        parallel_for(In, threads, [&](std::size_t in) { transform_back(in, sums, weight_gradient); });
    }

  private:
    static void transform_image(TilePlace place, std::size_t at, const T* x, T* image_part) {
        for (std::size_t in = 0; in < In; in += vector) {
            V pixels[elements], result[elements];
            Tiles::load(place, x + in, In, pixels);
            transform_tile<inputs, inputs>(pixels, result, transform_by_rows<InputTransform<Kernel, tile_size>, V>);
            T* to = image_part + at * In + in;
            for (std::size_t e = 0; e < elements; ++e, to += image_stride) {
                result[e].store_unaligned(to);
                __builtin_prefetch(to + In, 1);
            }
        }
    }

    template <class Source>
    static void transform_gradient(std::size_t chunk_index, TilePlace place, std::size_t at, const Source& source,
                                   T* gradient_part) {
        for (std::size_t out = 0; out < Out; out += vector) {
            V pixels[tile_pixels], result[elements];
            source(chunk_index, place, out, pixels);
            transform_tile<tile_size, inputs>(pixels, result, transform_by_rows<FilterTransform<Kernel, tile_size>, V>);
            T* to = gradient_part + out / panel * panel * batch + at * panel + out % panel;
            for (std::size_t e = 0; e < elements; ++e, to += gradient_stride) {
                result[e].store_unaligned(to);
                __builtin_prefetch(to + panel, 1);
            }
        }
    }

    template <bool Accumulate>
    static void add_products(int threads, std::size_t count, const T* image_part, const T* gradient_part, T* sums) {
        constexpr std::size_t panels = Out / panel;
        parallel_for(elements * panels, threads, [&](std::size_t item) {
            const std::size_t e = item / panels, out = item % panels * panel;
            for (std::size_t in = 0; in < In; in += rows) {
                T* sum = sums + (e * In + in) * Out + out;
                // All sums together do not fit in the cache: they are fetched while the product is formed.
                for (std::size_t row = 0; row < rows; ++row)
                    for (std::size_t o = 0; o < panel; o += line_numbers<T>) __builtin_prefetch(sum + row * Out + o, 1);
                register_product<static_cast<int>(rows), Accumulate, Arch>(
                    count, image_part + e * image_stride + in, 1, In, gradient_part + e * gradient_stride + out * batch,
                    panel, sum, Out);
            }
        });
    }

    static void transform_back(std::size_t in, const T* sums, T* weight_gradient) {
        for (std::size_t out = 0; out < Out; out += vector) {
            V values[elements], taps[Kernel * Kernel];
            for (std::size_t e = 0; e < elements; ++e) values[e] = V::load_unaligned(sums + (e * In + in) * Out + out);
            transform_tile<inputs, Kernel>(values, taps, transform_by_columns<OutputTransform<Kernel, tile_size>, V>);
            for (std::size_t k = 0; k < std::size(taps); ++k)
                taps[k].store_unaligned(weight_gradient + (k * In + in) * Out + out);
        }
    }
};

}  // namespace ditto::detail
