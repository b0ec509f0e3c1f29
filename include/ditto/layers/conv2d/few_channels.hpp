// Convolution with stride 1 of images with few channels (pixels, mostly), by products held in registers.
//
// A strip of 4 output rows, with the border padded, lies in the first-level cache: for 128x128x3 and a 5x5 kernel 12.6
// KB. Since a window's row is consecutive in it, the windows need not be unfolded: 8 pixels x 2 vectors of output
// channels are sums over Kernel runs of Kernel * In numbers. Weight gradient: the transposed products over the strips
// of an image; a fixed number of lanes, each with its own sum, added up in fixed order.
#pragma once

#include <algorithm>
#include <cstddef>

#include "ditto/core/chunks.hpp"
#include "ditto/core/plan.hpp"
#include "ditto/device/cpu/elementwise.hpp"
#include "ditto/device/cpu/register_product.hpp"
#include "ditto/layers/conv2d/tiles.hpp"

namespace ditto::detail {

/// One convolution: [Height, Width, In] to [Height, Width, Out], padding Kernel / 2.
template <class T, int Height, int Width, int In, int Out, int Kernel, class Arch>
struct FewChannelsConvolution {
    using V = Simd<T, Arch>;
    static constexpr std::size_t vector = V::size;
    static constexpr std::size_t panel = register_columns<T, Arch>;
    static constexpr std::size_t run = static_cast<std::size_t>(Kernel) * In;  ///< numbers of a window's row
    static constexpr std::size_t depth = Kernel * run;
    static constexpr std::size_t weights = depth * Out;
    /// Pixels of one product: as many as the registers hold, a part of the segment of two tiles that goes to the
    /// epilogue at a time.
    static constexpr std::size_t segment = std::size_t{2} * tile_size;
    static constexpr int pixels = vector_registers<Arch> == 32 ? 8 : 4;
    static constexpr std::size_t strips = Height / tile_size;  ///< of an image
    static constexpr std::size_t lanes = 16;                   ///< sums of the weight gradient

    static constexpr bool fits =
        In <= 4 && Height % tile_size == 0 && Width % segment == 0 && Out % panel == 0 && Kernel % 2 == 1;

    // Scratch of each thread: the padded strip, [4 + Kernel - 1, Width + Kernel - 1, In], and a panel of outputs of a
    // segment (forward) or of a strip's gradient (backward).
    static constexpr std::size_t strip_row = (Width + Kernel - 1) * static_cast<std::size_t>(In);
    static constexpr std::size_t strip_size =
        round_up((tile_size + Kernel - 1) * strip_row, tensor_alignment / sizeof(T));
    static constexpr std::size_t forward_size = strip_size + tile_size * segment * panel;
    static constexpr std::size_t backward_size = strip_size + static_cast<std::size_t>(tile_size) * Width * panel;

    static constexpr std::size_t forward_bytes(int threads) {
        return static_cast<std::size_t>(threads) * forward_size * sizeof(T);
    }
    static constexpr std::size_t backward_bytes(int threads) {
        return (static_cast<std::size_t>(threads) * backward_size + lanes * weights) * sizeof(T);
    }
    /// A chunk is a strip.
    static constexpr GroupedChunks chunks(std::size_t images, std::size_t groups) {
        return {groups, images / groups * strips, 1};
    }

    /// The convolution of x [images, Height, Width, In] with `weight` [Kernel, Kernel, In, Out], to `epilogue`.
    template <class Epilogue>
    static void convolve(int threads, const GroupedChunks& chunks, const T* x, const T* weight, void* workspace,
                         const Epilogue& epilogue) {
        parallel_for(chunks.count(), threads, [&](std::size_t chunk) {
            T* strip = static_cast<T*>(workspace) + static_cast<std::size_t>(thread_index()) * forward_size;
            T* sums = strip + strip_size;  // [4, segment, panel]
            const std::size_t image = chunk / strips;
            const int top = static_cast<int>(chunk % strips) * tile_size;
            load_strip(x + image * Height * Width * In, top, strip);
            for (std::size_t out = 0; out < Out; out += panel)
                for (std::size_t left = 0; left < Width; left += segment) {
                    for (std::size_t row = 0; row < tile_size; ++row)
                        for (std::size_t first = 0; first < segment; first += pixels)
                            register_product<pixels, false, Arch>(
                                Kernel, run, strip + row * strip_row + (left + first) * In, In, strip_row, 1,
                                weight + out, Out, sums + (row * segment + first) * panel, panel);
                    for (std::size_t tile = 0; tile < segment; tile += tile_size)
                        for (std::size_t part = 0; part < panel; part += vector) {
                            V values[tile_pixels];
                            unrolled<tile_pixels>([&](auto i) {
                                const std::size_t pixel = i / tile_size * segment + tile + i % tile_size;
                                values[i] = V::load_unaligned(sums + pixel * panel + part);
                            });
                            epilogue(chunk, TilePlace{image, top, static_cast<int>(left + tile)}, out + part, values);
                        }
                }
        });
    }

    /// weight_gradient [Kernel, Kernel, In, Out] from x and the gradient of the outputs, which `source` gives.
    template <class Source>
    static void weight_gradient(int threads, std::size_t images, const T* x, const Source& source, T* gradient,
                                void* workspace) {
        T* lane_sums = static_cast<T*>(workspace);  // [lanes, depth, Out]
        T* scratch = lane_sums + lanes * weights;
        const std::size_t used_lanes = std::min(lanes, images);
        parallel_for(used_lanes, threads, [&](std::size_t lane) {
            T* strip = scratch + static_cast<std::size_t>(thread_index()) * backward_size;
            T* strip_gradient = strip + strip_size;  // [4, Width, panel]
            T* sums = lane_sums + lane * weights;
            std::fill_n(sums, weights, T{0});
            for (std::size_t image = lane; image < images; image += lanes)
                for (std::size_t s = 0; s < strips; ++s) {
                    const int top = static_cast<int>(s) * tile_size;
                    load_strip(x + image * Height * Width * In, top, strip);
                    for (std::size_t out = 0; out < Out; out += panel) {
                        load_gradient(image * strips + s, image, top, out, source, strip_gradient);
                        add_products(strip, strip_gradient, sums + out);
                    }
                }
        });
        parallel_chunks(weights, elementwise_chunk, threads, [&](std::size_t begin, std::size_t end) {
            std::copy(lane_sums + begin, lane_sums + end, gradient + begin);
            for (std::size_t lane = 1; lane < used_lanes; ++lane)
                for (std::size_t i = begin; i < end; ++i) gradient[i] += lane_sums[lane * weights + i];
        });
    }

  private:
    static void load_strip(const T* image, int top, T* strip) {
        constexpr std::size_t border = Kernel / 2 * static_cast<std::size_t>(In);
        constexpr std::size_t row_size = static_cast<std::size_t>(Width) * In;
        for (int i = 0; i < tile_size + Kernel - 1; ++i, strip += strip_row) {
            const int row = top + i - Kernel / 2;
            if (row < 0 || row >= Height) {
                std::fill_n(strip, strip_row, T{0});
                continue;
            }
            std::fill_n(strip, border, T{0});
            std::copy_n(image + static_cast<std::size_t>(row) * row_size, row_size, strip + border);
            std::fill_n(strip + border + row_size, border, T{0});
        }
    }

    template <class Source>
    static void load_gradient(std::size_t chunk, std::size_t image, int top, std::size_t out, const Source& source,
                              T* strip_gradient) {
        for (std::size_t left = 0; left < Width; left += tile_size)
            for (std::size_t part = 0; part < panel; part += vector) {
                V values[tile_pixels];
                source(chunk, TilePlace{image, top, static_cast<int>(left)}, out + part, values);
                unrolled<tile_pixels>([&](auto i) {
                    const std::size_t pixel = i / tile_size * static_cast<std::size_t>(Width) + left + i % tile_size;
                    values[i].store_unaligned(strip_gradient + pixel * panel + part);
                });
            }
    }

    // sums [depth, Out] += the products of one panel.
    static void add_products(const T* strip, const T* strip_gradient, T* sums) {
        constexpr int rows = dividing_rows<Arch>(static_cast<int>(run));
        for (std::size_t kernel_row = 0; kernel_row < Kernel; ++kernel_row)
            for (std::size_t k = 0; k < run; k += rows)
                register_product<rows, true, Arch>(tile_size, Width, strip + kernel_row * strip_row + k, 1, strip_row,
                                                   In, strip_gradient, panel, sums + (kernel_row * run + k) * Out, Out);
    }
};

}  // namespace ditto::detail
