// The figures of a network: shapes, parameters, FLOPs and bytes, layer by layer and in all.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "ditto/network/activation_plan.hpp"
#include "ditto/network/sequential.hpp"

namespace ditto {

/// Figures of one layer, or of a whole network.
struct Figures {
    Extents input{};
    Extents output{};
    std::int64_t parameters = 0;       ///< numbers that training changes
    std::int64_t flops = 0;            ///< forward, one sample; a multiplication and an addition are two
    std::size_t parameter_bytes = 0;   ///< of the parameters themselves
    std::size_t activation_bytes = 0;  ///< output and what is saved for backward, for the whole batch
    std::size_t workspace_bytes = 0;   ///< scratch, the larger of forward and backward
};

/// Figures of every layer of Network in a training pass over `capacity`. All constexpr. Of layers that the device runs
/// as one block, the first has what the block saves and its scratch, the last its output.
template <class Network, class Device>
constexpr std::array<Figures, Network::layer_count> layer_figures(const Device& device, PassCapacity capacity) {
    constexpr std::size_t scalar = sizeof(typename Device::scalar);
    std::array<Figures, Network::layer_count> figures{};
    const auto plan = plan_activations<Network>(device, capacity);
    for (const NetworkTensor& tensor : Network::parameters) figures[tensor.layer].parameters += tensor.info.size();
    const auto& stages = detail::stage_table<Network, Device>;
    for (std::size_t l = 0; l < Network::layer_count; ++l) {
        Figures& layer = figures[l];
        layer.input = Network::extents[l];
        layer.output = Network::extents[l + 1];
        layer.flops = Network::functions[l].flops(layer.input);
        layer.parameter_bytes = static_cast<std::size_t>(layer.parameters) * scalar;
    }
    for (std::size_t s = 0; s < stages.count; ++s) {
        Figures& first = figures[stages.first[s]];
        Figures& last = figures[stages.first[s + 1] - 1];
        // A layer that works in place has no output of its own.
        const bool in_place = plan.activation_slot[s + 1] != s + 1;
        last.activation_bytes += in_place ? 0 : plan.activations[s + 1].bytes;
        first.activation_bytes += plan.saved[s].bytes;
        first.workspace_bytes = std::max(plan.forward_workspace[s].bytes, plan.backward_workspace[s].bytes);
    }
    return figures;
}

/// Figures of the whole network. activation_bytes is what the plan needs for activations, gradients and scratch
/// together, which is less than the layers' sum because tensors share memory.
template <class Network, class Device>
constexpr Figures network_figures(const Device& device, PassCapacity capacity) {
    Figures total;
    total.input = Network::extents[0];
    total.output = Network::extents[Network::layer_count];
    for (const Figures& layer : layer_figures<Network>(device, capacity)) {
        total.parameters += layer.parameters;
        total.flops += layer.flops;
        total.parameter_bytes += layer.parameter_bytes;
        total.workspace_bytes = std::max(total.workspace_bytes, layer.workspace_bytes);
    }
    total.activation_bytes = plan_activations<Network>(device, capacity).bytes;
    return total;
}

}  // namespace ditto
