// The gradients of a convolution by minimal filtering.
//
// Input gradient: the convolution of the output's gradient with the kernels turned by half a turn and the channels'
// roles exchanged. Weight gradient: each tile contributes the correlation of its (Kernel + 3)^2 inputs with the
// gradient of its 4x4 outputs, F(Kernel x Kernel, 4x4); the transform is linear, so products are summed over all tiles
// before the one transform back. Tiles are taken a batch at a time: first all of a batch are transformed, then each
// element's product, which no other element shares, is added to its sum. No sum is split between threads.
#pragma once

#include "ditto/layers/conv2d/winograd.hpp"

namespace ditto::detail {

/// turned [Kernel, Kernel, Out, In]: weights [Kernel, Kernel, In, Out] with both kernel axes reversed.
template <int In, int Out, int Kernel, class T>
void turn_kernels(int threads, const T* weights, T* turned) {
    constexpr std::size_t taps = Kernel * Kernel, matrix = static_cast<std::size_t>(In) * Out;
    parallel_for(taps, threads, [&](std::size_t tap) {
        const T* from = weights + (taps - 1 - tap) * matrix;
        for (std::size_t out = 0; out < Out; ++out)
            for (std::size_t in = 0; in < In; ++in) turned[tap * matrix + out * In + in] = from[in * Out + out];
    });
}

/// The weight gradient of the convolution [Height, Width, In] to [Height, Width, Out].
template <class T, int Height, int Width, int In, int Out, int Kernel, class Arch = NativeArch>
struct WinogradWeightGradient {
    using V = Simd<T, Arch>;
    using Tiles = WinogradTiles<Height, Width, Kernel>;
    static constexpr int inputs = Tiles::inputs, elements = Tiles::elements;
    static constexpr std::size_t vector = V::size;
    static constexpr std::size_t panel = register_columns<T, Arch>;
    static constexpr std::size_t rows = dividing_rows<Arch>(In);

    /// Tiles that are transformed before their products are added.
    static constexpr std::size_t batch = 256;
    static constexpr std::size_t image_elements = elements * batch * In;      // [elements, batch, In]
    static constexpr std::size_t gradient_elements = elements * batch * Out;  // [elements, Out / panel, batch, panel]
    static constexpr std::size_t sum_elements = static_cast<std::size_t>(elements) * In * Out;  // [elements, In, Out]

    static constexpr std::size_t workspace_bytes() {
        return (image_elements + gradient_elements + sum_elements) * sizeof(T);
    }

    /// weight_gradient [Kernel, Kernel, In, Out] from x [images, Height, Width, In] and the gradient dy of the outputs,
    /// [images, Height, Width, Out].
    static void compute(int threads, std::size_t images, const T* x, const T* dy, T* weight_gradient, T* workspace) {
        T* image_part = workspace;
        T* gradient_part = image_part + image_elements;
        T* sums = gradient_part + gradient_elements;
        const std::size_t tiles = images * Tiles::per_image;
        for (std::size_t begin = 0; begin < tiles; begin += batch) {
            const std::size_t count = std::min(batch, tiles - begin);
            parallel_for(count, threads, [&](std::size_t at) {
                transform_image(Tiles(begin + at), at, x, image_part);
                transform_gradient(Tiles(begin + at), at, dy, gradient_part);
            });
            if (begin == 0) {
                add_products<false>(threads, count, image_part, gradient_part, sums);
            } else {
                add_products<true>(threads, count, image_part, gradient_part, sums);
            }
        }
        parallel_for(In, threads, [&](std::size_t in) { transform_back(in, sums, weight_gradient); });
    }

  private:
    static void transform_image(const Tiles& place, std::size_t at, const T* x, T* image_part) {
        for (std::size_t in = 0; in < In; in += vector) {
            V pixels[elements], result[elements];
            place.load(x + in, In, pixels);
            transform_tile<inputs, inputs>(pixels, result,
                                           transform_by_rows<InputTransform<Kernel, winograd_outputs>, V>);
            for (std::size_t e = 0; e < elements; ++e)
                result[e].store_unaligned(image_part + (e * batch + at) * In + in);
        }
    }

    static void transform_gradient(const Tiles& place, std::size_t at, const T* dy, T* gradient_part) {
        const T* from = dy + place.image * Height * Width * Out;
        for (std::size_t out = 0; out < Out; out += vector) {
            V pixels[winograd_outputs * winograd_outputs], result[elements];
            for (int i = 0; i < winograd_outputs; ++i)
                for (int j = 0; j < winograd_outputs; ++j)
                    pixels[i * winograd_outputs + j] = V::load_unaligned(
                        from + static_cast<std::size_t>((place.top + i) * Width + place.left + j) * Out + out);
            transform_tile<winograd_outputs, inputs>(pixels, result,
                                                     transform_by_rows<FilterTransform<Kernel, winograd_outputs>, V>);
            for (std::size_t e = 0; e < elements; ++e)
                result[e].store_unaligned(gradient_part + ((e * Out + out / panel * panel) * batch) + at * panel +
                                          out % panel);
        }
    }

    template <bool Accumulate>
    static void add_products(int threads, std::size_t count, const T* image_part, const T* gradient_part, T* sums) {
        constexpr std::size_t panels = Out / panel;
        parallel_for(elements * panels, threads, [&](std::size_t item) {
            const std::size_t e = item / panels, out = item % panels * panel;
            for (std::size_t in = 0; in < In; in += rows)
                register_product<static_cast<int>(rows), Accumulate, Arch>(
                    count, image_part + e * batch * In + in, 1, In, gradient_part + (e * Out + out) * batch, panel,
                    sums + (e * In + in) * Out + out, Out);
        });
    }

    static void transform_back(std::size_t in, const T* sums, T* weight_gradient) {
        for (std::size_t out = 0; out < Out; out += vector) {
            V values[elements], taps[Kernel * Kernel];
            for (std::size_t e = 0; e < elements; ++e) values[e] = V::load_unaligned(sums + (e * In + in) * Out + out);
            transform_tile<inputs, Kernel>(values, taps,
                                           transform_by_columns<OutputTransform<Kernel, winograd_outputs>, V>);
            for (std::size_t k = 0; k < Kernel * Kernel; ++k)
                taps[k].store_unaligned(weight_gradient + (k * In + in) * Out + out);
        }
    }
};

}  // namespace ditto::detail
