// The images of steps on held images: made on the GPU, those of the next step while one is under way.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ditto/core/plan.hpp"
#include "ditto/network/images.cuh"
#include "ditto/trainer/cuda_images.cuh"

namespace ditto::detail {

/// Makes images as Network takes them, in two places in turn.
template <class Network, CudaDevice Device>
class CudaHeldImages {
  public:
    using A = typename Device::activation;

    /// For steps of up to `capacity` images. Null if the GPU has not the memory for the store and the places.
    static std::unique_ptr<CudaHeldImages> of(const ImageStore& store, const Device& device, std::size_t capacity) {
        auto bytes = CudaImages::of(store, *device.context, 2 * place_bytes(capacity));
        if (!bytes) return nullptr;
        return std::make_unique<CudaHeldImages>(std::move(bytes), device, capacity);
    }
    CudaHeldImages(std::unique_ptr<CudaImages> bytes, const Device& device, std::size_t capacity)
        : bytes_(std::move(bytes)), device_(device), capacity_(capacity), places_{{Place(capacity), Place(capacity)}} {}

    /// The number of the place where these images are when the stream comes to what it is asked for next: 0 or 1.
    std::size_t make(std::span<const ImageDraw> draws) {
        if (!made_.empty()) device_.context->join();
        const bool is_made = std::ranges::equal(draws, made_);
        made_.clear();
        if (is_made)
            present_ = 1 - present_;
        else
            ask(draws, places_[present_]);
        return present_;
    }
    /// Images [draws, Input...], padded where the network's first kernel wants that.
    const A* images(std::size_t place) const { return places_[place].images(capacity_); }

    /// Throws Error if they are more than a step takes, or if there is no such image.
    void announce(std::span<const ImageDraw> draws) {
        if (draws.size() > capacity_)
            throw Error("a training step of up to " + std::to_string(capacity_) + " images was announced " +
                        std::to_string(draws.size()));
        bytes_->require(draws);
        announced_.assign(draws.begin(), draws.end());
    }
    /// Makes what was announced, in the place that make() has not given, beside what the stream is asked for.
    void make_announced() {
        if (announced_.empty()) return;
        device_.context->in_branch([&] { ask(announced_, places_[1 - present_]); });
        made_.swap(announced_);
        announced_.clear();
    }

  private:
    struct Place {
        PinnedBlock given;  // samplings, in the host's memory
        DeviceBlock block;  // samplings, then images

        explicit Place(std::size_t capacity) : given(capacity * sizeof(ImageSampling)), block(place_bytes(capacity)) {}
        ImageSampling* samplings() const { return reinterpret_cast<ImageSampling*>(block.data()); }
        A* images(std::size_t capacity) const { return reinterpret_cast<A*>(block.data() + samplings_bytes(capacity)); }
    };
    static constexpr std::size_t samplings_bytes(std::size_t capacity) {
        return round_up(capacity * sizeof(ImageSampling), tensor_alignment);
    }
    static constexpr std::size_t place_bytes(std::size_t capacity) {
        return samplings_bytes(capacity) + capacity * padded_image_size<Network, Device> * sizeof(A);
    }

    void ask(std::span<const ImageDraw> draws, const Place& place) const {
        constexpr Extents image = Network::extents[0];
        bytes_->sample(draws, image, reinterpret_cast<ImageSampling*>(place.given.data()));
        check(cudaMemcpyAsync(place.samplings(), place.given.data(), draws.size() * sizeof(ImageSampling),
                              cudaMemcpyHostToDevice, device_.context->stream()),
              "copying how images are made");
        if constexpr (!image.is_flat()) {  // networks of other inputs hold no images
            constexpr auto pixels = static_cast<std::size_t>(image.pixels());
            constexpr std::size_t channels = padded_image_size<Network, Device> / pixels;
            for_each(device_, draws.size() * pixels,
                     SamplePixel<image.height(), image.width(), channels, A>{bytes_->bytes(), place.samplings(),
                                                                             place.images(capacity_)});
        }
    }

    std::unique_ptr<CudaImages> bytes_;
    Device device_;
    std::size_t capacity_;
    std::array<Place, 2> places_;
    std::size_t present_ = 0;
    std::vector<ImageDraw> announced_, made_;  // made: in the place that is not the present one
};

}  // namespace ditto::detail
