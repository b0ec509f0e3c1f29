// The memory of a training: one block, laid out while the program is compiled or when the batch is known.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "ditto/losses/mining/mining.hpp"
#include "ditto/model/model.hpp"
#include "ditto/network/activation_plan.hpp"
#include "ditto/network/pass.hpp"

namespace ditto {

namespace detail {

// Which of the network's parameters have their gradients streamed on Device. (A stage that streams is one layer.)
template <class Network, class Device>
constexpr std::array<bool, Network::parameter_tensors> streamed_parameters() {
    using Stages = Execution<Network, Device>;
    std::array<bool, Network::parameter_tensors> streamed{};
    std::size_t parameter = 0;
    if constexpr (Network::valid)
        for_each_index<Stages::layer_count>([&](auto stage) {
            for (std::size_t i = 0; i < Stages::traits[stage].parameters; ++i)
                streamed[parameter++] = StageKernel<Network, Device, stage>::streams_gradient(i);
        });
    return streamed;
}

}  // namespace detail

/// What a device needs besides, in bytes, for the loss and the update of a step that is given up to `given` pairs, of
/// which its loss makes up to `pairs`: `value(given, pairs)`. Specialised beside each device's Trainer.
template <class Optimizer, class Device>
struct StepScratchBytes;

/// What a training has besides its network, loss, optimizer and batch.
struct TrainingExtras {
    bool keep_gradients = false;   ///< a place for every gradient
    bool average_weights = false;  ///< a running average of parameters and buffers
    PairMining mining{};
};

/// What a training keeps in its block, in order: parameters, buffers, the optimizer's state, the average of parameters
/// and buffers, gradients, what layers prepare of their parameters, activations, and what the loss and mining write. A
/// gradient that its layer can stream (see KernelDefaults::streams_gradient) has no place, unless `keep_gradients` asks
/// for it.
template <class Verifier, class Optimizer, class Device>
struct TrainingPlan {
    using Network = typename Verifier::Network;
    using T = typename Device::scalar;
    static_assert(sizeof(detail::CanRun<Network, Device>) > 0);
    static_assert(sizeof(detail::CanTrain<Network, Device>) > 0);
    static constexpr ModelLayout<Verifier, T> model{};

    static constexpr std::size_t parameter_bytes = model.parameter_bytes;
    static constexpr std::size_t buffer_bytes = model.buffer_bytes;
    static constexpr std::size_t optimizer_bytes = Optimizer::state_tensors * model.parameter_bytes;
    std::size_t average_bytes = 0;
    std::array<MemoryRange, Verifier::parameter_tensors> gradients{};
    std::size_t gradient_bytes = 0;
    PreparedLayout<Network, Device> prepared;
    std::size_t prepared_bytes = 0;
    PassPlan<Network, Device> activations{};
    std::size_t activation_bytes = 0;
    MemoryRange scores{}, labels{}, step_scratch{};
    /// Of mining: see MiningCall.
    MemoryRange people{}, distances{}, images{}, left{}, right{}, left_gradient{}, right_gradient{};
    std::size_t loss_bytes = 0;
    std::size_t total_bytes = 0;

    /// For batches of up to `capacity`.
    constexpr TrainingPlan(const Device& device, batch_pairs capacity, const TrainingExtras& extras = {})
        : average_bytes(extras.average_weights ? parameter_bytes + buffer_bytes : 0),
          prepared(),
          prepared_bytes(Device::prepares_in_training ? prepared.bytes : 0),
          activations(plan_activations<Network>(device, {capacity.images(), device.threads, true})),
          activation_bytes(activations.bytes) {
        const auto streamed = detail::streamed_parameters<Network, Device>();
        for (std::size_t i = 0; i < Verifier::parameter_tensors; ++i) {
            const bool kept = extras.keep_gradients || i >= streamed.size() || !streamed[i];
            gradients[i] = append_range(gradient_bytes, kept ? model.parameters[i].bytes : 0);
        }
        const std::size_t pairs = extras.mining.pairs(capacity.count);
        scores = append_range(loss_bytes, pairs * sizeof(double));
        labels = append_range(loss_bytes, pairs * sizeof(PairLabel));
        step_scratch = append_range(loss_bytes, StepScratchBytes<Optimizer, Device>::value(pairs));
        if (extras.mining.negatives > 0) plan_mining(capacity.images(), pairs);
        total_bytes = loss_offset() + loss_bytes;
    }

    /// Where each section begins, in bytes: they follow one another.
    static constexpr std::size_t buffer_offset() { return parameter_bytes; }
    static constexpr std::size_t optimizer_offset() { return buffer_offset() + buffer_bytes; }      ///< in bytes
    static constexpr std::size_t average_offset() { return optimizer_offset() + optimizer_bytes; }  ///< in bytes
    constexpr std::size_t gradient_offset() const { return average_offset() + average_bytes; }      ///< in bytes
    constexpr std::size_t prepared_offset() const { return gradient_offset() + gradient_bytes; }    ///< in bytes
    constexpr std::size_t activation_offset() const { return prepared_offset() + prepared_bytes; }  ///< in bytes
    constexpr std::size_t loss_offset() const { return activation_offset() + activation_bytes; }    ///< in bytes

    /// The tensors of the section for the loss that are open at all times, but for the device's scratch.
    constexpr std::array<MemoryRange, 9> loss_tensors() const {
        return {{scores, labels, people, distances, images, left, right, left_gradient, right_gradient}};
    }

  private:
    constexpr void plan_mining(std::size_t batch, std::size_t pairs) {
        constexpr std::size_t row =
            static_cast<std::size_t>(Verifier::Features::size) * sizeof(typename Device::activation);
        people = append_range(loss_bytes, batch * sizeof(std::uint32_t));
        distances = append_range(loss_bytes, batch * batch * sizeof(double));
        images = append_range(loss_bytes, 2 * pairs * sizeof(std::uint32_t));
        left = append_range(loss_bytes, pairs * row);
        right = append_range(loss_bytes, pairs * row);
        left_gradient = append_range(loss_bytes, pairs * row);
        right_gradient = append_range(loss_bytes, pairs * row);
    }
};

/// What a checkpoint keeps besides the weights of a training whose block begins at `block`: the optimizer's state, and
/// the average if there is one.
template <class Verifier, class Optimizer, class Device>
std::vector<StoredTensor> optimizer_tensors(const TrainingPlan<Verifier, Optimizer, Device>& plan, std::byte* block) {
    using Stored = ModelWeights<Verifier, typename Device::scalar>;
    std::vector<StoredTensor> all;
    const auto add = [&](const std::vector<StoredTensor>& tensors) {
        all.insert(all.end(), tensors.begin(), tensors.end());
    };
    for (std::size_t i = 0; i < Optimizer::state_tensors; ++i)
        add(Stored::counterparts(block + plan.optimizer_offset() + i * plan.parameter_bytes,
                                 "optimizer." + std::string(Optimizer::state_names[i]) + "."));
    std::byte* average = block + plan.average_offset();
    if (plan.average_bytes > 0) add(Stored(average, average + plan.parameter_bytes).averaged_tensors("average."));
    return all;
}

/// The plan of a Trainer for batches of up to `capacity` pairs on `threads` threads; its total_bytes is all the memory
/// that training takes, with what `extras` asks for.
template <class Trainer>
constexpr auto memory_plan(batch_pairs capacity, int threads = 2, const TrainingExtras& extras = {}) {
    return typename Trainer::Plan(typename Trainer::Device{threads}, capacity, extras);
}

}  // namespace ditto
