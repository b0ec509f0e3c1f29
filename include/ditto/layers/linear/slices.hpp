// Linear by slices of its weight, [In, Out] in memory: a slice is 64 consecutive rows, which fit in the second-level
// cache (256 KB for 1024 outputs), so that each pass reads the weight from memory once.
//
// Forward: a lane, a fixed run of slices, has a sum of products of its own; lanes are added up in fixed order, in
// float64. Panels of columns of a slice are packed, because rows that lie a power of two apart would evict one another
// from the first-level cache, and the next slice is fetched meanwhile. Arithmetic: 2 images 64 Out FLOP for 256 Out
// bytes read, so 16 images and more are bound by arithmetic, a single one by memory.
//
// Backward: a slice gives its rows of the input's gradient, then its rows of the weight's gradient, 8 at a time, which
// the optimizer may take from the cache (GradientStream) together with the slice itself.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "ditto/core/plan.hpp"
#include "ditto/device/cpu/cpu.hpp"
#include "ditto/device/cpu/register_product.hpp"
#include "ditto/layers/linear/rows.hpp"

namespace ditto::detail {

template <class T, int In, int Out, class Arch>
struct LinearSlices {
    using V = Simd<T, Arch>;
    static constexpr std::size_t vector = V::size;
    static constexpr std::size_t panel = register_columns<T, Arch>;
    static constexpr std::size_t slice = 64;  ///< rows
    static constexpr std::size_t slices = In / slice;
    static constexpr std::size_t lanes = std::min<std::size_t>(16, slices);
    /// Images, or rows of the weight, in one register product.
    static constexpr std::size_t rows = vector_registers<Arch> == 32 ? 8 : 4;
    /// Fewer images are multiplied one by one.
    static constexpr std::size_t few_images = 4;

    static constexpr bool fits = In % slice == 0 && Out % panel == 0;

    /// Outputs that the input's gradient sums in registers: sums of short sums are rounded less.
    static constexpr std::size_t depth = Out % 256 == 0 ? 256 : Out;

    static constexpr std::size_t padded(std::size_t images) { return round_up(images, rows); }

    // Forward scratch: the lanes' sums [lanes, padded images, Out]; of each thread, a packed panel [slice, panel] and
    // the slice of the images [padded images, slice], or the sums of one slice and image [Out].
    static constexpr std::size_t lane_size(std::size_t images) { return padded(images) * Out; }
    static constexpr std::size_t thread_size(std::size_t images) {
        return std::max<std::size_t>(slice * panel + padded(images) * slice, Out);
    }
    static constexpr std::size_t forward_bytes(std::size_t images, int threads) {
        return (lanes * lane_size(images) + static_cast<std::size_t>(threads) * thread_size(images)) * sizeof(T);
    }

    /// y [images, Out] = x [images, In] weight + bias, the weight's rows being held as Rows says.
    template <class Rows = PlainRows<T, Arch>>
    static void forward(int threads, std::size_t images, const T* x, const typename Rows::Number* weight, const T* bias,
                        T* y, void* workspace) {
        T* sums = static_cast<T*>(workspace);
        T* scratch = sums + lanes * lane_size(images);
        parallel_for(lanes, threads, [&](std::size_t lane) {
            T* sum = sums + lane * lane_size(images);
            T* own = scratch + static_cast<std::size_t>(thread_index()) * thread_size(images);
            std::fill_n(sum, lane_size(images), T{0});
            for (std::size_t s = lane * slices / lanes; s < (lane + 1) * slices / lanes; ++s) {
                const auto* from = weight + s * slice * Out / Rows::columns;
                if (images < few_images) {
                    for (std::size_t image = 0; image < images; ++image)
                        add_rows<Rows>(x + image * In + s * slice, from, own, sum + image * Out);
                } else {
                    add_slice<Rows>(images, x + s * slice, from, sum, own);
                }
            }
        });
        parallel_for(images, threads, [&](std::size_t image) {
            for (std::size_t o = 0; o < Out; o += panel) {
                std::array<double, panel> total;  // 16 sums of like size in T would round more than all before them
                std::copy_n(bias + o, panel, total.begin());
                for (std::size_t lane = 0; lane < lanes; ++lane) {
                    const T* sum = sums + lane * lane_size(images) + image * Out + o;
                    for (std::size_t i = 0; i < panel; ++i) total[i] += sum[i];
                }
                std::transform(total.begin(), total.end(), y + image * Out + o,
                               [](double number) { return static_cast<T>(number); });
            }
        });
    }

    // Backward scratch: the output's gradient in panels of columns [Out / panel, images, panel], and in panels of
    // images [images / panel, Out, panel], zeros where there is no image; of each thread, the slice of the images
    // [slice, images], rows of the weight's gradient [rows, Out] and the input's gradient [slice, images].
    static constexpr std::size_t image_panels(std::size_t images) { return round_up(images, vector); }
    static constexpr std::size_t backward_thread_size(std::size_t images) {
        return slice * (images + image_panels(images)) + rows * Out;
    }
    static constexpr std::size_t backward_bytes(std::size_t images, int threads) {
        return ((images + image_panels(images)) * Out +
                static_cast<std::size_t>(threads) * backward_thread_size(images)) *
               sizeof(T);
    }

    /// dx [images, In] (unless null) = dy [images, Out] weight^T, and weight_gradient [In, Out] = x^T dy, which goes to
    /// `take(first number, count, numbers)` instead if weight_gradient is null; `take` may change the weight.
    template <class Take>
    static void backward(int threads, std::size_t images, const T* x, const T* weight, const T* dy, T* dx,
                         T* weight_gradient, void* workspace, const Take& take) {
        T* column_panels = static_cast<T*>(workspace);
        T* image_panel = column_panels + images * Out;
        T* scratch = image_panel + image_panels(images) * Out;
        parallel_chunks(Out, panel, threads, [&](std::size_t begin, std::size_t end) {
            for (std::size_t image = 0; image < images; ++image)
                copy_vectors<panel, V>(dy + image * Out + begin, column_panels + begin * images + image * panel);
            for (std::size_t first = 0; first < images; first += panel) {
                const std::size_t width = std::min(panel, image_panels(images) - first);
                T* to = image_panel + first * Out;  // [Out, width]
                for (std::size_t o = begin; o < end; ++o)
                    for (std::size_t i = 0; i < width; ++i)
                        to[o * width + i] = first + i < images ? dy[(first + i) * Out + o] : T{0};
            }
        });
        parallel_for(slices, threads, [&](std::size_t s) {
            T* x_slice = scratch + static_cast<std::size_t>(thread_index()) * backward_thread_size(images);
            T* gradient_rows = x_slice + slice * images;
            T* dx_slice = gradient_rows + rows * Out;
            const std::size_t first = s * slice;
            if (dx != nullptr) {
                input_gradient_slice(images, weight + first * Out, image_panel, dx_slice);
                for (std::size_t image = 0; image < images; ++image)
                    for (std::size_t row = 0; row < slice; ++row)
                        dx[image * In + first + row] = dx_slice[row * image_panels(images) + image];
            }
            for (std::size_t image = 0; image < images; ++image)
                for (std::size_t row = 0; row < slice; ++row)
                    x_slice[row * images + image] = x[image * In + first + row];
            for (std::size_t row = 0; row < slice; row += rows) {
                const std::size_t number = (first + row) * Out;
                T* to = weight_gradient != nullptr ? weight_gradient + number : gradient_rows;
                for (std::size_t o = 0; o < Out; o += panel)
                    register_product<static_cast<int>(rows), false, Arch>(
                        images, x_slice + row * images, images, 1, column_panels + o * images, panel, to + o, Out);
                if (weight_gradient == nullptr) take(number, rows * Out, gradient_rows);
            }
        });
    }

  private:
    // sum [Out] += x [slice] weight [slice, Out], for one image: in the order of add_slice, so that an image's features
    // do not depend on how many others there are. `total` [Out] holds the sum over the rows so far. The rows after
    // these are fetched meanwhile: memory is what a single image waits for.
    template <class Rows>
    static void add_rows(const T* x, const typename Rows::Number* weight, T* total, T* sum) {
        constexpr std::size_t rows_at_once = 8, columns = Rows::columns * vector;
        for (std::size_t row = 0; row < slice; row += rows_at_once) {
            for (std::size_t o = 0; o < Out; o += columns) {
                V sums[Rows::columns];
                unrolled<Rows::columns>(
                    [&](auto v) { sums[v] = row == 0 ? V(T{0}) : V::load_unaligned(total + o + v * vector); });
                unrolled<rows_at_once>([&](auto r) {
                    const auto* from = weight + ((row + r) * Out + o) / Rows::columns;
                    __builtin_prefetch(from + rows_at_once * Out / Rows::columns, 0, 2);
                    const auto numbers = Rows::load(from);
                    unrolled<Rows::columns>([&](auto v) { sums[v] = xsimd::fma(V(x[row + r]), numbers[v], sums[v]); });
                });
                unrolled<Rows::columns>([&](auto v) { sums[v].store_unaligned(total + o + v * vector); });
            }
        }
        for (std::size_t o = 0; o < Out; o += vector)
            (V::load_unaligned(sum + o) + V::load_unaligned(total + o)).store_unaligned(sum + o);
    }

    // sum [padded images, Out] += x [images, In] weight [slice, Out] over the slice.
    template <class Rows>
    static void add_slice(std::size_t images, const T* x, const typename Rows::Number* weight, T* sum, T* scratch) {
        T* packed = scratch;                  // [slice, panel]
        T* x_slice = packed + slice * panel;  // [padded images, slice]
        for (std::size_t image = 0; image < images; ++image)
            copy_vectors<slice, V>(x + image * In, x_slice + image * slice);
        std::fill_n(x_slice + images * slice, (padded(images) - images) * slice, T{0});
        // The next slice is fetched a few lines between any two products. (After the last slice that is memory which
        // may not be the weight's: a prefetch does no harm.)
        constexpr std::size_t line = line_numbers<typename Rows::Number>, in_slice = slice * Out / Rows::columns;
        const std::size_t products = Out / panel * (padded(images) / rows);
        const std::size_t lines = (in_slice / line + products - 1) / products;
        const auto* next = weight + in_slice;
        for (std::size_t p = 0; p < Out / panel; ++p) {
            for (std::size_t row = 0; row < slice; ++row) {
                for (std::size_t o = 0; o < panel; o += Rows::columns * vector) {
                    const auto numbers = Rows::load(weight + (row * Out + p * panel + o) / Rows::columns);
                    unrolled<Rows::columns>(
                        [&](auto v) { numbers[v].store_unaligned(packed + row * panel + o + v * vector); });
                }
            }
            for (std::size_t image = 0; image < padded(images); image += rows) {
                for (std::size_t i = 0; i < lines; ++i, next += line) __builtin_prefetch(next, 0, 2);
                register_product<static_cast<int>(rows), true, Arch>(slice, x_slice + image * slice, slice, 1, packed,
                                                                     panel, sum + image * Out + p * panel, Out);
            }
        }
    }

    // dx_slice [slice, images] = weight [slice, Out] times the output's gradient in panels of images. The weight's next
    // rows are fetched meanwhile.
    static void input_gradient_slice(std::size_t images, const T* weight, const T* image_panel, T* dx_slice) {
        constexpr std::size_t line = line_numbers<T>;
        const std::size_t stride = image_panels(images);
        for (std::size_t row = 0; row < slice; row += rows) {
            const T* from = weight + row * Out;
            for (std::size_t i = 0; i < rows * Out; i += line) __builtin_prefetch(from + rows * Out + i, 0, 2);
            for (std::size_t o = 0; o < Out; o += depth) {
                std::size_t image = 0;
                for (; image + panel <= stride; image += panel)
                    add_dx<2>(o, from + o, image_panel + image * Out + o * panel, dx_slice + row * stride + image,
                              stride);
                if (image < stride)  // half a panel is left
                    add_dx<1>(o, from + o, image_panel + image * Out + o * vector, dx_slice + row * stride + image,
                              stride);
            }
        }
    }

    // dx [rows, Vectors vectors] = (at the first output) or += weight [rows, depth] gradient [depth, Vectors vectors].
    template <int Vectors>
    static void add_dx(std::size_t output, const T* weight, const T* gradient, T* dx, std::size_t stride) {
        constexpr int count = static_cast<int>(rows);
        if (output == 0) {
            register_product<count, false, Arch, Vectors>(depth, weight, Out, 1, gradient, Vectors * vector, dx,
                                                          stride);
        } else {
            register_product<count, true, Arch, Vectors>(depth, weight, Out, 1, gradient, Vectors * vector, dx, stride);
        }
    }
};

}  // namespace ditto::detail
