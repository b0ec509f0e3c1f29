// What an Inference keeps in its block of memory, and how much that is.
#pragma once

#include <algorithm>
#include <cstddef>

#include "ditto/model/model.hpp"

namespace ditto {

namespace detail {
/// Whether an Inference on Device goes through many images in parts, and copies one while it computes another.
template <class Device>
inline constexpr bool overlaps_parts = requires {
    Device::pass_images;
};

/// How many of `images` one pass takes.
template <class Device>
constexpr std::size_t images_of_pass(std::size_t images) {
    if constexpr (overlaps_parts<Device>)
        return std::min(images, Device::pass_images);
    else
        return images;
}
}  // namespace detail

/// What an Inference keeps in its block, in order: parameters, buffers, what layers prepare of them, activations, and
/// on a GPU the images of the next pass.
template <class Verifier, class Device>
struct InferencePlan {
    using Network = typename Verifier::Network;
    static constexpr ModelLayout<Verifier, typename Device::scalar> model{};
    static constexpr std::size_t parameter_bytes = model.parameter_bytes;
    static constexpr std::size_t buffer_bytes = model.buffer_bytes;
    PreparedLayout<Network, Device> prepared;
    std::size_t pass_images = 0;  ///< most of one pass
    PassPlan<Network, Device> activations{};
    std::size_t total_bytes = 0;

    /// For calls with up to `images` images at once.
    constexpr InferencePlan(const Device& device, std::size_t images)
        : prepared(),
          pass_images(detail::images_of_pass<Device>(images)),
          activations(plan_activations<Network>(device, {pass_images, device.threads, false})),
          total_bytes(waiting_offset()) {
        if constexpr (detail::overlaps_parts<Device>)
            total_bytes += planned_bytes(pass_images * static_cast<std::size_t>(Verifier::Input::size) *
                                         sizeof(typename Device::activation));
    }

    /// In bytes, from the beginning of the block.
    static constexpr std::size_t prepared_offset() { return parameter_bytes + buffer_bytes; }
    /// The same of the activations.
    constexpr std::size_t activation_offset() const { return prepared_offset() + prepared.bytes; }
    /// The same of the images of the next pass, on a GPU.
    constexpr std::size_t waiting_offset() const { return activation_offset() + activations.bytes; }
};

/// The memory that an Inference takes for up to `images` images at once on `threads` threads.
template <class Frozen>
constexpr auto inference_plan(std::size_t images, int threads = 2) {
    return typename Frozen::Plan(typename Frozen::Device{threads}, images);
}

}  // namespace ditto
