// What an Inference keeps in its block of memory, and how much that is.
#pragma once

#include <cstddef>

#include "ditto/model/model.hpp"

namespace ditto {

/// What an Inference keeps in its block, in order: parameters, buffers, what layers prepare of them, activations.
template <class Verifier, class Device>
struct InferencePlan {
    using Network = typename Verifier::Network;
    static constexpr ModelLayout<Verifier, typename Device::scalar> model{};
    static constexpr std::size_t parameter_bytes = model.parameter_bytes;
    static constexpr std::size_t buffer_bytes = model.buffer_bytes;
    PreparedLayout<Network, Device> prepared;
    PassPlan<Network, Device> activations{};
    std::size_t total_bytes = 0;

    /// For passes of up to `images` images.
    constexpr InferencePlan(const Device& device, std::size_t images)
        : prepared(),
          activations(plan_activations<Network>(device, {images, device.threads, false})),
          total_bytes(activation_offset() + activations.bytes) {}

    /// In bytes, from the beginning of the block.
    static constexpr std::size_t prepared_offset() { return parameter_bytes + buffer_bytes; }
    /// The same of the activations.
    constexpr std::size_t activation_offset() const { return prepared_offset() + prepared.bytes; }
};

/// The memory that an Inference takes for passes of up to `images` images on `threads` threads.
template <class Frozen>
constexpr auto inference_plan(std::size_t images, int threads = 2) {
    return typename Frozen::Plan(typename Frozen::Device{threads}, images);
}

}  // namespace ditto
