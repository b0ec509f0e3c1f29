// The images of a store in a GPU's memory, as bytes, and their sampling there: augmentation, scaling and conversion to
// the network's numbers in one kernel.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/core/shape.hpp"
#include "ditto/device/cuda/launch.cuh"
#include "ditto/device/cuda/pad.cuh"
#include "ditto/images/bilinear.hpp"
#include "ditto/images/image_store.hpp"
#include "ditto/pairs/pair_batch.hpp"

namespace ditto::detail {

/// What the kernel must know of one image of a batch.
struct ImageSampling {
    AffineMap map;
    std::size_t offset;  // of its pixels among all bytes
    int height, width;   // of the stored image
    int samples;         // a side of an output pixel
};

/// Makes one pixel of an output of Height x Width as resample() does, with zeros in channels after the third.
template <int Height, int Width, std::size_t Channels, class A>
struct SamplePixel {
    const std::uint8_t* bytes;
    const ImageSampling* images;
    A* output;

    __device__ void operator()(std::size_t i) const {
        constexpr std::size_t pixels = std::size_t{Height} * Width;
        const ImageSampling& image = images[i / pixels];
        const AffineMap& map = image.map;
        const auto row = static_cast<double>(i % pixels / Width), column = static_cast<double>(i % Width);
        const auto x = static_cast<float>(map.x + map.x_by_row * row + map.x_by_column * column);
        const auto y = static_cast<float>(map.y + map.y_by_row * row + map.y_by_column * column);
        const auto x_by_row = static_cast<float>(map.x_by_row), x_by_column = static_cast<float>(map.x_by_column);
        const auto y_by_row = static_cast<float>(map.y_by_row), y_by_column = static_cast<float>(map.y_by_column);
        const auto samples = static_cast<float>(image.samples);
        float sums[3] = {};
        for (int s = 0; s < image.samples * image.samples; ++s) {
            const float down = (static_cast<float>(s / image.samples) + 0.5F) / samples - 0.5F;
            const float right = (static_cast<float>(s % image.samples) + 0.5F) / samples - 0.5F;
            add(image, y + y_by_row * down + y_by_column * right, x + x_by_row * down + x_by_column * right, sums);
        }
        A pixel[3];
        for (int channel = 0; channel < 3; ++channel) pixel[channel] = A(sums[channel] / (255.0F * samples * samples));
        store_pixel<3, Channels>(pixel, output + i * Channels);
    }

  private:
    // Adds the interpolated pixel at position (y, x); beyond the border lie the border's pixels.
    __device__ void add(const ImageSampling& image, float y, float x, float* sums) const {
        const BilinearPlace place = bilinear_place(image.height, image.width, y, x);
        const std::size_t row = 3 * static_cast<std::size_t>(image.width);
        const std::uint8_t* pixel =
            bytes + image.offset + static_cast<std::size_t>(place.top) * row + 3 * static_cast<std::size_t>(place.left);
        for (std::size_t channel = 0; channel < 3; ++channel) {
            const auto at = [&](std::size_t offset) { return static_cast<float>(pixel[offset + channel]); };
            const float upper = interpolate(at(0), at(3), place.right);
            const float lower = interpolate(at(row), at(row + 3), place.right);
            sums[channel] += interpolate(upper, lower, place.down);
        }
    }
};

/// A copy of a store's bytes on the GPU.
class CudaImages {
  public:
    /// Memory of the GPU that is left free, for whoever else uses it.
    static constexpr std::size_t reserve = std::size_t{256} << 20;

    /// Null if the GPU has not enough memory free, and `more` bytes besides.
    static std::unique_ptr<CudaImages> of(const ImageStore& store, const CudaContext& context, std::size_t more = 0) {
        std::size_t bytes = 0, free = 0, total = 0;
        for (std::size_t i = 0; i < store.size(); ++i) bytes += store.image(i).pixels.size();
        check(cudaMemGetInfo(&free, &total), "asking for the free memory");
        if (bytes + more + reserve > free) return nullptr;
        return std::make_unique<CudaImages>(store, bytes, context);
    }
    CudaImages(const ImageStore& store, std::size_t bytes, const CudaContext& context)
        : window_(store.window()), bytes_(std::max<std::size_t>(bytes, 1)) {
        std::size_t offset = 0;
        for (std::size_t i = 0; i < store.size(); ++i) {
            const Image& image = store.image(i);
            check(cudaMemcpyAsync(bytes_.data() + offset, image.pixels.data(), image.pixels.size(),
                                  cudaMemcpyHostToDevice, context.stream()),
                  "copying the images");
            places_.push_back({offset, image.height, image.width});
            offset += image.pixels.size();
        }
        context.wait();
    }

    const std::uint8_t* bytes() const { return reinterpret_cast<const std::uint8_t*>(bytes_.data()); }

    /// Throws Error if there is no such image.
    void require(std::span<const ImageDraw> draws) const {
        for (const ImageDraw& draw : draws)
            if (draw.image >= places_.size())
                throw Error("a training step got image " + std::to_string(draw.image) + " of " +
                            std::to_string(places_.size()));
    }
    /// How to make drawn images for a network's input, [draws] to `to`. Throws Error if there is no such image.
    void sample(std::span<const ImageDraw> draws, const Extents& input, ImageSampling* to) const {
        require(draws);
        for (const ImageDraw& draw : draws) {
            const Place& place = places_[draw.image];
            const AffineMap map(place.height, place.width, window_, draw.augmentation, input.height(), input.width());
            *to++ = {map, place.offset, place.height, place.width, map.samples()};
        }
    }

  private:
    struct Place {
        std::size_t offset;
        int height, width;
    };
    double window_;
    DeviceBlock bytes_;
    std::vector<Place> places_;
};

}  // namespace ditto::detail
