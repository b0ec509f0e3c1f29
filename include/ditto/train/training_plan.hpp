// The memory of a training: one block, laid out while the program is compiled or when the batch is known.
#pragma once

#include <cstddef>

#include "ditto/network/activation_plan.hpp"
#include "ditto/network/model.hpp"

namespace ditto {

/// What a training keeps in its block, in order. Each section starts where the one before it ends.
template <class Verifier, class Optimizer, class Device>
struct TrainingPlan {
    using Network = typename Verifier::Network;
    using T = typename Device::scalar;
    static constexpr ModelLayout<Verifier, T> model{};

    static constexpr std::size_t parameter_bytes = model.parameter_bytes;
    static constexpr std::size_t buffer_bytes = model.buffer_bytes;
    static constexpr std::size_t gradient_bytes = model.parameter_bytes;
    static constexpr std::size_t optimizer_bytes = Optimizer::state_tensors * model.parameter_bytes;
    ActivationPlan<Network::layer_count> activations{};
    std::size_t activation_bytes = 0;
    MemoryRange scores{}, labels{};
    std::size_t loss_bytes = 0;
    std::size_t total_bytes = 0;

    constexpr TrainingPlan(const Device& device, batch_pairs capacity)
        : activations(plan_activations<Network>(device, {capacity.images(), device.threads, true})),
          activation_bytes(activations.bytes) {
        scores = append(loss_bytes, capacity.count * sizeof(double));
        labels = append(loss_bytes, capacity.count * sizeof(PairLabel));
        total_bytes = loss_offset() + loss_bytes;
    }

    static constexpr std::size_t buffer_offset() { return parameter_bytes; }
    static constexpr std::size_t gradient_offset() { return buffer_offset() + buffer_bytes; }
    static constexpr std::size_t optimizer_offset() { return gradient_offset() + gradient_bytes; }
    static constexpr std::size_t activation_offset() { return optimizer_offset() + optimizer_bytes; }
    constexpr std::size_t loss_offset() const { return activation_offset() + activation_bytes; }
};

/// The plan of a Trainer for batches of up to `capacity` pairs on `count` threads; its total_bytes is all the memory
/// that training takes.
template <class Trainer>
constexpr auto memory_plan(batch_pairs capacity, threads count = threads{2}) {
    return typename Trainer::Plan(typename Trainer::Device{count.count}, capacity);
}

}  // namespace ditto
