// Where a pass keeps its activations, gradients and scratch: every tensor's life in steps, and its place.
#pragma once

#include <array>
#include <cstddef>
#include <utility>

#include "ditto/core/for_each_index.hpp"
#include "ditto/core/plan.hpp"
#include "ditto/layers/calls.hpp"
#include "ditto/network/execution.hpp"

namespace ditto {

/// What a pass is planned for.
struct PassCapacity {
    std::size_t images = 1;  ///< most samples in one pass
    int threads = 1;         ///< most threads
    bool training = true;    ///< with a backward pass
};

/// The memory of one pass through Layers layers (blocks count as one). Steps are numbered: forward through layer l is
/// step l, the loss is step Layers, backward through layer l is step 2 * Layers - l. Tensors that never live at the
/// same step may share memory.
template <std::size_t Layers>
struct ActivationPlan {
    /// activations[l] is the input of layer l; activations[Layers] the network's output. Layers that work in place have
    /// their input and output in one tensor: activation l lies in tensor slot[l].
    std::array<PlannedTensor, Layers + 1> activations{};
    std::array<PlannedTensor, Layers + 1> gradients{};
    std::array<PlannedTensor, Layers> saved{};
    std::array<PlannedTensor, Layers> forward_workspace{};
    std::array<PlannedTensor, Layers> backward_workspace{};
    PlannedTensor waiting_images{};  ///< as they come, where activation 0 has them padded, in training
    std::array<std::size_t, Layers + 1> activation_slot{};
    std::array<std::size_t, Layers + 1> gradient_slot{};
    std::size_t bytes = 0;  ///< of the whole

    static constexpr int forward_step(std::size_t layer) { return static_cast<int>(layer); }  ///< of a layer
    static constexpr int loss_step = static_cast<int>(Layers);
    /// Of a layer.
    static constexpr int backward_step(std::size_t layer) { return static_cast<int>(2 * Layers - layer); }
    static constexpr int last_step = backward_step(0);

    /// Of the output of the last layer.
    constexpr std::size_t output_offset() const { return activation_offset(Layers); }
    /// Of that output's gradient.
    constexpr std::size_t output_gradient_offset() const { return gradient_offset(Layers); }

    /// Of activations[at], wherever it lies; in bytes, from the beginning of the block.
    constexpr std::size_t activation_offset(std::size_t at) const { return activations[activation_slot[at]].offset; }
    /// Of gradients[at], likewise.
    constexpr std::size_t gradient_offset(std::size_t at) const { return gradients[gradient_slot[at]].offset; }

    /// visit(tensor) for each tensor of the plan.
    template <class Visit>
    constexpr void for_each(const Visit& visit) {
        for (auto& tensor : activations) visit(tensor);
        for (auto& tensor : gradients) visit(tensor);
        for (auto& tensor : saved) visit(tensor);
        for (auto& tensor : forward_workspace) visit(tensor);
        for (auto& tensor : backward_workspace) visit(tensor);
        visit(waiting_images);
    }
};

namespace detail {

constexpr void extend(PlannedTensor& tensor, int step) {
    tensor.first = std::min(tensor.first, step);
    tensor.last = std::max(tensor.last, step);
}

// The channels that Device wants Network's images to have, zeros after their own; 0: as many as they have.
template <class Network, class Device>
inline constexpr std::size_t image_channels = StageKernel<Network, Device, 0>::image_channels;

template <class Network, class Device>
inline constexpr bool pads_images = image_channels<Network, Device> != 0;

// Numbers of an image at activation 0.
template <class Network, class Device>
inline constexpr std::size_t padded_image_size = static_cast<std::size_t>(Network::extents[0].pixels()) *
                                                 (pads_images<Network, Device>
                                                      ? image_channels<Network, Device>
                                                      : static_cast<std::size_t>(Network::extents[0].channels()));

// The bytes of scratch that each stage of Network asks for in a phase.
template <class Network, class Device>
constexpr std::array<std::size_t, Execution<Network, Device>::layer_count> workspaces(WorkspaceCall call) {
    std::array<std::size_t, Execution<Network, Device>::layer_count> bytes{};
    if constexpr (Network::valid)
        for_each_index<Execution<Network, Device>::layer_count>([&](auto stage) {
            call.padded_images = stage == 0 && image_channels<Network, Device> > 0;
            bytes[stage] = StageKernel<Network, Device, stage>::workspace_bytes(call);
        });
    return bytes;
}

// The bytes that each stage's kernel keeps for backward beside what its layer saves.
template <class Network, class Device>
constexpr std::array<std::size_t, Execution<Network, Device>::layer_count> kept_bytes(std::size_t images) {
    std::array<std::size_t, Execution<Network, Device>::layer_count> bytes{};
    if constexpr (Network::valid)
        for_each_index<Execution<Network, Device>::layer_count>(
            [&](auto stage) { bytes[stage] = StageKernel<Network, Device, stage>::kept_bytes(images); });
    return bytes;
}

// Lives of the activations: layer l reads activation l and writes activation l + 1.
template <class Network>
constexpr void plan_activation_lives(ActivationPlan<Network::layer_count>& plan, PassCapacity capacity,
                                     std::size_t scalar) {
    using Plan = ActivationPlan<Network::layer_count>;
    constexpr std::size_t layers = Network::layer_count;
    for (std::size_t at = 0; at <= layers; ++at) {
        const bool first = at == 0, last = at == layers;
        const auto producer = first ? LayerTraits{} : Network::traits[at - 1];
        // The images stay as the caller wrote them, so the first layer never works in place.
        const bool in_place = at >= 2 && (capacity.training ? producer.in_place && !producer.backward_reads_input &&
                                                                  !Network::traits[at - 2].backward_reads_output
                                                            : producer.in_place_inference);
        plan.activation_slot[at] = in_place ? plan.activation_slot[at - 1] : at;
        PlannedTensor& tensor = plan.activations[plan.activation_slot[at]];
        const int born = first ? 0 : Plan::forward_step(at - 1);
        if (!in_place)
            tensor = {capacity.images * static_cast<std::size_t>(Network::extents[at].size()) * scalar, born, born, 0};
        extend(tensor, Plan::forward_step(at));  // the next layer, or the loss, reads it
        if (!capacity.training) continue;
        if (last) extend(tensor, Plan::last_step);  // features stay readable until the step is over
        if (!last && Network::traits[at].backward_reads_input) extend(tensor, Plan::backward_step(at));
        if (!first && producer.backward_reads_output) extend(tensor, Plan::backward_step(at - 1));
    }
}

// Lives of the gradients: backward through layer l reads gradient l + 1 and writes gradient l. Nobody needs gradient 0.
template <class Network>
constexpr void plan_gradient_lives(ActivationPlan<Network::layer_count>& plan, PassCapacity capacity,
                                   std::size_t scalar) {
    using Plan = ActivationPlan<Network::layer_count>;
    constexpr std::size_t layers = Network::layer_count;
    for (std::size_t at = layers; at >= 1; --at) {
        const bool in_place = at < layers && Network::traits[at].backward_in_place;
        plan.gradient_slot[at] = in_place ? plan.gradient_slot[at + 1] : at;
        PlannedTensor& tensor = plan.gradients[plan.gradient_slot[at]];
        const int born = at == layers ? Plan::loss_step : Plan::backward_step(at);
        if (!in_place)
            tensor = {capacity.images * static_cast<std::size_t>(Network::extents[at].size()) * scalar, born, born, 0};
        extend(tensor, Plan::backward_step(at - 1));
    }
}

}  // namespace detail

/// The plan of a pass through Network as Device runs it: its layers are the stages of Execution<Network, Device>.
template <class Network, class Device>
using PassPlan = ActivationPlan<Execution<Network, Device>::layer_count>;

/// Lays out the memory of passes of up to `capacity`.
template <class Original, class Device>
constexpr PassPlan<Original, Device> plan_activations(const Device&, PassCapacity capacity) {
    static_assert(sizeof(detail::RunGuard<Original, Device>) > 0);
    using Network = Execution<Original, Device>;
    constexpr std::size_t layers = Network::layer_count;
    constexpr std::size_t scalar = sizeof(typename Device::activation);
    using Plan = ActivationPlan<layers>;
    Plan plan;
    detail::plan_activation_lives<Network>(plan, capacity, scalar);
    if constexpr (Original::valid) {
        plan.activations[0].bytes = capacity.images * detail::padded_image_size<Original, Device> * scalar;
        if (capacity.training && detail::pads_images<Original, Device>)
            plan.waiting_images.bytes = capacity.images * static_cast<std::size_t>(Network::Input::size) * scalar;
    }
    if (capacity.training) detail::plan_gradient_lives<Network>(plan, capacity, scalar);

    const PassPhase forward = capacity.training ? PassPhase::training_forward : PassPhase::inference;
    const auto forward_bytes = detail::workspaces<Original, Device>({forward, capacity.images, capacity.threads});
    const auto backward_bytes =
        detail::workspaces<Original, Device>({PassPhase::training_backward, capacity.images, capacity.threads});
    const auto kept = detail::kept_bytes<Original, Device>(capacity.images);
    for (std::size_t l = 0; l < layers; ++l) {
        const int ahead = Plan::forward_step(l), back = Plan::backward_step(l);
        plan.forward_workspace[l] = {forward_bytes[l], ahead, ahead, 0};
        if (!capacity.training) continue;
        plan.backward_workspace[l] = {backward_bytes[l], back, back, 0};
        const std::size_t saved = Network::functions[l].saved_bytes(Network::extents[l], capacity.images, scalar);
        plan.saved[l] = {saved + kept[l], ahead, back, 0};
    }

    std::array<PlannedTensor, 5 * layers + 3> all{};
    std::size_t next = 0;
    plan.for_each([&](PlannedTensor& tensor) { all[next++] = tensor; });
    plan.bytes = place(all);
    next = 0;
    plan.for_each([&](PlannedTensor& tensor) { tensor = all[next++]; });
    return plan;
}

}  // namespace ditto
