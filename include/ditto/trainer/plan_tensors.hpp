// Every tensor of a training's block by name: what it is, the steps at which it lives, and its place.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ditto/core/type_name.hpp"
#include "ditto/trainer/training_plan.hpp"

namespace ditto {

/// What a tensor of a plan is for.
enum class TensorKind {
    parameter,
    buffer,
    optimizer_state,
    average,
    gradient,
    prepared,
    activation,
    activation_gradient,
    saved,
    scratch,
    loss
};
/// How many there are.
inline constexpr std::size_t tensor_kinds = static_cast<std::size_t>(TensorKind::loss) + 1;

/// A tensor of a training's block. It lives from step `first` to step `last` (both included) of plan_steps().
struct NamedTensor {
    std::string name;   ///< "backbone.16.weight", "output of 1-4 ConvBlock"
    std::string layer;  ///< its layer's type, where it has one: "Linear<131072, 1024>"
    TensorKind kind = TensorKind::parameter;
    int first = 0;
    int last = 0;
    MemoryRange place{};  ///< from the beginning of the block
};

/// A step of a training step: a stage forward or backward, the loss, or the update.
struct PlanStep {
    std::string_view phase;  ///< "forward", "loss", "backward", "update"
    std::string label;       ///< of a stage: the numbers of its layers, from 1, and its name: "1-4 ConvBlock"
    std::string layer;       ///< of a stage: its type
};

namespace detail {

template <class Network>
std::vector<std::string> layer_type_names() {
    std::vector<std::string> names;
    for_each_index<Network::layer_count>(
        [&](auto at) { names.push_back(type_name<typename Network::template LayerAt<at>>()); });
    return names;
}

template <class Network, class Device>
std::vector<std::string> stage_labels() {
    std::vector<std::string> labels = layer_type_names<Execution<Network, Device>>();
    for (std::size_t stage = 0; stage < labels.size(); ++stage) {
        const std::size_t first = first_layer_of_stage<Network, Device>(stage) + 1;
        const std::size_t last = first_layer_of_stage<Network, Device>(stage + 1);
        std::string& label = labels[stage];
        label = std::to_string(first) + (last > first ? "-" + std::to_string(last) : "") + " " +
                label.substr(0, label.find('<'));
    }
    return labels;
}

// The tensors of a pass whose section begins at `section`.
template <class Network, class Device>
void add_pass_tensors(std::vector<NamedTensor>& all, const PassPlan<Network, Device>& plan, std::size_t section) {
    const auto labels = stage_labels<Network, Device>(), layers = layer_type_names<Execution<Network, Device>>();
    const auto add = [&](std::string name, std::string layer, TensorKind kind, const PlannedTensor& tensor) {
        all.push_back({std::move(name),
                       std::move(layer),
                       kind,
                       tensor.first,
                       tensor.last,
                       {section + tensor.offset, tensor.bytes}});
    };
    // Layers that work in place have one tensor: it has all their names.
    const auto stages_of = [&](const auto& slots, std::size_t slot) {
        std::string names;
        for (std::size_t at = 1; at < slots.size(); ++at)
            if (slots[at] == slot) names += (names.empty() ? "" : ", ") + labels[at - 1];
        return names;
    };
    add("images", "", TensorKind::activation, plan.activations[0]);
    add("images before they are padded", "", TensorKind::activation, plan.waiting_images);
    for (std::size_t at = 1; at < plan.activations.size(); ++at) {
        add("output of " + stages_of(plan.activation_slot, at), layers[at - 1], TensorKind::activation,
            plan.activations[at]);
        add("output gradient of " + stages_of(plan.gradient_slot, at), layers[at - 1], TensorKind::activation_gradient,
            plan.gradients[at]);
    }
    for (std::size_t at = 0; at < labels.size(); ++at) {
        add("saved by " + labels[at], layers[at], TensorKind::saved, plan.saved[at]);
        add("scratch of " + labels[at] + ", forward", layers[at], TensorKind::scratch, plan.forward_workspace[at]);
        add("scratch of " + labels[at] + ", backward", layers[at], TensorKind::scratch, plan.backward_workspace[at]);
    }
}

/// The name of a tensor, and its layer's type.
using NameAndLayer = std::array<std::string, 2>;

template <class Verifier>
std::vector<NameAndLayer> parameter_names() {
    using Network = typename Verifier::Network;
    const auto layers = layer_type_names<Network>();
    std::vector<NameAndLayer> names;
    for (std::size_t i = 0; i < Verifier::parameter_tensors; ++i)
        names.push_back({Verifier::parameter_name(i), i < Network::parameter_tensors
                                                          ? layers[Network::parameters[i].layer]
                                                          : type_name<typename Verifier::Loss>()});
    return names;
}

template <class Verifier>
std::vector<NameAndLayer> buffer_names() {
    const auto layers = layer_type_names<typename Verifier::Network>();
    std::vector<NameAndLayer> names;
    names.reserve(Verifier::Network::buffer_tensors);
    for (const NetworkTensor& buffer : Verifier::Network::buffers)
        names.push_back({Verifier::tensor_name(buffer), layers[buffer.layer]});
    return names;
}

template <class Network, class Device>
std::vector<NameAndLayer> stage_names() {
    const auto labels = stage_labels<Network, Device>(), layers = layer_type_names<Execution<Network, Device>>();
    std::vector<NameAndLayer> names;
    for (std::size_t i = 0; i < labels.size(); ++i) names.push_back({labels[i], layers[i]});
    return names;
}

inline std::vector<NameAndLayer> loss_names() {
    std::vector<NameAndLayer> names;
    for (const char* name :
         {"scores", "labels", "people of the images", "distances", "mined pairs", "left features of mined pairs",
          "right features of mined pairs", "left gradient of mined pairs", "right gradient of mined pairs"})
        names.push_back({name, ""});
    return names;
}

// Adds the tensors of a section that is there at all steps.
inline void add_section(std::vector<NamedTensor>& all, TensorKind kind, const std::string& prefix,
                        const std::vector<NameAndLayer>& names, std::span<const MemoryRange> ranges,
                        std::size_t section, int last_step) {
    for (std::size_t i = 0; i < ranges.size(); ++i)
        all.push_back(
            {prefix + names[i][0], names[i][1], kind, 0, last_step, {section + ranges[i].offset, ranges[i].bytes}});
}

}  // namespace detail

/// The steps of a training step, in order: those of ActivationPlan, then the update.
template <class Network, class Device>
std::vector<PlanStep> plan_steps() {
    const auto labels = detail::stage_labels<Network, Device>();
    const auto layers = detail::layer_type_names<Execution<Network, Device>>();
    std::vector<PlanStep> steps;
    for (std::size_t at = 0; at < labels.size(); ++at) steps.push_back({"forward", labels[at], layers[at]});
    steps.push_back({"loss", "", ""});
    for (std::size_t at = labels.size(); at-- > 0;) steps.push_back({"backward", labels[at], layers[at]});
    steps.push_back({"update", "", ""});
    return steps;
}

/// Every tensor of `plan` that takes memory.
template <class Verifier, class Optimizer, class Device>
std::vector<NamedTensor> plan_tensors(const TrainingPlan<Verifier, Optimizer, Device>& plan) {
    using Network = typename Verifier::Network;
    constexpr int last_step = PassPlan<Network, Device>::last_step + 1;  // the update
    const auto parameters = detail::parameter_names<Verifier>(), buffers = detail::buffer_names<Verifier>();
    std::vector<NamedTensor> all;
    const auto add = [&](TensorKind kind, const std::string& prefix, const std::vector<detail::NameAndLayer>& names,
                         std::span<const MemoryRange> ranges, std::size_t section) {
        detail::add_section(all, kind, prefix, names, ranges, section, last_step);
    };
    add(TensorKind::parameter, "", parameters, plan.model.parameters, 0);
    add(TensorKind::buffer, "", buffers, plan.model.buffers, plan.buffer_offset());
    for (std::size_t i = 0; i < Optimizer::state_tensors; ++i)
        add(TensorKind::optimizer_state, std::string(Optimizer::state_names[i]) + " of ", parameters,
            plan.model.parameters, plan.optimizer_offset() + i * plan.parameter_bytes);
    if (plan.average_bytes > 0) {
        const std::size_t average = plan.average_offset();
        add(TensorKind::average, "average of ", parameters, plan.model.parameters, average);
        add(TensorKind::average, "average of ", buffers, plan.model.buffers, average + plan.parameter_bytes);
    }
    add(TensorKind::gradient, "gradient of ", parameters, plan.gradients, plan.gradient_offset());
    if (plan.prepared_bytes > 0)
        add(TensorKind::prepared, "prepared for ", detail::stage_names<Network, Device>(), plan.prepared.stages,
            plan.prepared_offset());
    detail::add_pass_tensors<Network, Device>(all, plan.activations, plan.activation_offset());
    add(TensorKind::loss, "", detail::loss_names(), plan.loss_tensors(), plan.loss_offset());
    add(TensorKind::loss, "", {{"scratch of the loss and the update", ""}}, {&plan.step_scratch, 1},
        plan.loss_offset());
    std::erase_if(all, [](const NamedTensor& tensor) { return tensor.place.bytes == 0; });
    return all;
}

}  // namespace ditto
