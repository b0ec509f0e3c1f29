// The pass through a network: every layer's forward function in turn, then every backward function in reverse. Compiled
// once for each (network, device), whatever loss, optimizer or twin policy a program uses.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "ditto/core/for_each_index.hpp"
#include "ditto/network/activation_plan.hpp"
#include "ditto/network/sequential.hpp"

namespace ditto {

/// Where the tensors of a network are.
template <class Network, class T>
struct NetworkTensors {
    std::array<T*, Network::parameter_tensors> parameters{};
    std::array<T*, Network::parameter_tensors> gradients{};  ///< null: given to `stream` piece by piece
    GradientStream<T> stream{};
    std::array<T*, Network::buffer_tensors> buffers{};
    std::array<const void*, Network::layer_count> prepared{};  ///< of each stage; null: not prepared
    std::byte* activations = nullptr;                          ///< ActivationPlan::bytes bytes
    const void* images = nullptr;                              ///< instead of those at activation 0, unless null
};

/// Is called after each stage's backward function, with the stage's number.
struct StageHook {
    void (*call)(void* context, std::size_t stage) = nullptr;
    void* context = nullptr;
};

/// One pass.
struct PassCall {
    std::size_t images;
    std::size_t groups = 1;
    bool training = false;
    RandomKey random{};
    StageHook after_backward{};
};

namespace detail {

// Sanitizer builds: only the tensors that live at `step` may be touched. (Not where work is done later than asked for.)
template <class Device, std::size_t Layers>
void guard_step(ActivationPlan<Layers>& plan, std::byte* block, int step) {
    if constexpr (poisons_memory && Device::is_immediate) {
        poison(block, plan.bytes);
        plan.for_each([&](PlannedTensor& tensor) {
            if (tensor.lives_at(step)) unpoison(block + tensor.offset, tensor.bytes);
        });
    }
}

// The index of a layer's first parameter (or buffer) in the network's list.
template <class Network>
constexpr std::size_t first_parameter(std::size_t layer) {
    std::size_t first = 0;
    for (std::size_t l = 0; l < layer; ++l) first += Network::traits[l].parameters;
    return first;
}
template <class Network>
constexpr std::size_t first_buffer(std::size_t layer) {
    std::size_t first = 0;
    for (std::size_t l = 0; l < layer; ++l) first += Network::traits[l].buffers;
    return first;
}

// The part of `all` that belongs to one layer.
template <class To, class From, std::size_t Count>
std::array<To, max_layer_tensors> layer_slice(const std::array<From, Count>& all, std::size_t first,
                                              std::size_t count) {
    std::array<To, max_layer_tensors> slice{};
    for (std::size_t i = 0; i < count; ++i) slice[i] = all[first + i];
    return slice;
}

template <std::size_t Layers, class Network, class T>
const void* input_of(const ActivationPlan<Layers>& plan, const NetworkTensors<Network, T>& tensors, std::size_t stage) {
    if (stage == 0 && tensors.images != nullptr) return tensors.images;
    return tensors.activations + plan.activation_offset(stage);
}

template <std::size_t Index, class Original, class Device>
void forward_layer(const Device& device, PassPlan<Original, Device>& plan,
                   const NetworkTensors<Original, typename Device::scalar>& tensors, const PassCall& pass) {
    using T = typename Device::scalar;
    using Activation = typename Device::activation;
    using Network = Execution<Original, Device>;
    constexpr auto traits = Network::traits[Index];
    std::byte* block = tensors.activations;
    guard_step<Device>(plan, block, plan.forward_step(Index));
    ForwardCall<T, Activation> call{};
    call.images = pass.images;
    call.groups = pass.groups;
    call.training = pass.training;
    call.input = static_cast<const Activation*>(input_of(plan, tensors, Index));
    call.output = reinterpret_cast<Activation*>(block + plan.activation_offset(Index + 1));
    call.padded_images = Index == 0 && pads_images<Original, Device>;
    call.parameters = layer_slice<const T*>(tensors.parameters, first_parameter<Network>(Index), traits.parameters);
    call.buffers = layer_slice<T*>(tensors.buffers, first_buffer<Network>(Index), traits.buffers);
    call.saved = block + plan.saved[Index].offset;
    call.prepared = tensors.prepared[Index];
    call.workspace = block + plan.forward_workspace[Index].offset;
    call.random = pass.random;
    call.random.layer = static_cast<std::uint32_t>(first_layer_of_stage<Original, Device>(Index));
    StageKernel<Original, Device, Index>::forward(device, call);
}

template <std::size_t Index, class Original, class Device>
void backward_layer(const Device& device, PassPlan<Original, Device>& plan,
                    const NetworkTensors<Original, typename Device::scalar>& tensors, const PassCall& pass) {
    using T = typename Device::scalar;
    using Activation = typename Device::activation;
    using Network = Execution<Original, Device>;
    constexpr auto traits = Network::traits[Index];
    std::byte* block = tensors.activations;
    guard_step<Device>(plan, block, plan.backward_step(Index));
    BackwardCall<T, Activation> call{};
    call.images = pass.images;
    call.groups = pass.groups;
    if (traits.backward_reads_input) call.input = static_cast<const Activation*>(input_of(plan, tensors, Index));
    if (traits.backward_reads_output)
        call.output = reinterpret_cast<const Activation*>(block + plan.activation_offset(Index + 1));
    call.output_gradient = reinterpret_cast<const Activation*>(block + plan.gradient_offset(Index + 1));
    if (Index > 0) call.input_gradient = reinterpret_cast<Activation*>(block + plan.gradient_offset(Index));
    call.padded_images = Index == 0 && pads_images<Original, Device>;
    call.parameters = layer_slice<const T*>(tensors.parameters, first_parameter<Network>(Index), traits.parameters);
    call.parameter_gradients = layer_slice<T*>(tensors.gradients, first_parameter<Network>(Index), traits.parameters);
    call.stream = tensors.stream;
    call.stream.parameter = first_parameter<Network>(Index);
    call.saved = block + plan.saved[Index].offset;
    call.prepared = tensors.prepared[Index];
    call.workspace = block + plan.backward_workspace[Index].offset;
    call.random = pass.random;
    call.random.layer = static_cast<std::uint32_t>(first_layer_of_stage<Original, Device>(Index));
    StageBackward<Original, Device, Index>::backward(device, call);
    if (pass.after_backward.call != nullptr) pass.after_backward.call(pass.after_backward.context, Index);
}

}  // namespace detail

/// Where each stage of Network on Device keeps what it prepares of its parameters, in a section of `bytes` bytes.
template <class Network, class Device>
struct PreparedLayout {
    std::array<MemoryRange, Execution<Network, Device>::layer_count> stages{};
    std::size_t bytes = 0;

    /// Empty where no stage prepares anything.
    constexpr PreparedLayout() {
        if constexpr (Network::valid)
            detail::for_each_index<Execution<Network, Device>::layer_count>([&](auto stage) {
                stages[stage] = append_range(bytes, detail::StageKernel<Network, Device, stage>::prepared_bytes);
            });
    }
};

/// Prepares every stage's parameters, in `section`, for the passes to come. Not `with_rounded`: but those that are
/// there already, because an update wrote them (see KernelDefaults::prepares_rounded).
template <class Network, class Device>
void prepare_parameters(const Device& device, const PreparedLayout<Network, Device>& layout, std::byte* section,
                        NetworkTensors<Network, typename Device::scalar>& tensors, bool with_rounded = true) {
    using Stages = Execution<Network, Device>;
    if constexpr (Network::valid)
        detail::for_each_index<Stages::layer_count>([&](auto stage) {
            using Kernel = detail::StageKernel<Network, Device, stage>;
            if constexpr (Kernel::prepared_bytes > 0) {
                void* to = section + layout.stages[stage].offset;
                tensors.prepared[stage] = to;
                if (Kernel::prepares_rounded && !with_rounded) return;
                Kernel::prepare(
                    device,
                    detail::layer_slice<const typename Device::scalar*>(
                        tensors.parameters, detail::first_parameter<Stages>(stage), Stages::traits[stage].parameters),
                    to);
            }
        });
}

/// Runs the network on the images at activation 0: its features are then at activation layer_count,
/// [images, features]. In training, leaves what backward needs and updates the running statistics.
template <class Network, class Device>
[[gnu::noinline]] void forward_pass(const Device& device, PassPlan<Network, Device>& plan,
                                    const NetworkTensors<Network, typename Device::scalar>& tensors,
                                    const PassCall& pass) {
    if constexpr (Network::valid) {
        detail::for_each_index<Execution<Network, Device>::layer_count>(
            [&](auto stage) { detail::forward_layer<stage, Network>(device, plan, tensors, pass); });
        detail::guard_step<Device>(plan, tensors.activations, plan.loss_step);
    }
}

/// From the gradient of the features, at gradient layer_count, to the gradients of every parameter.
template <class Network, class Device>
[[gnu::noinline]] void backward_pass(const Device& device, PassPlan<Network, Device>& plan,
                                     const NetworkTensors<Network, typename Device::scalar>& tensors,
                                     const PassCall& pass) {
    if constexpr (Network::valid)
        detail::for_each_index_backward<Execution<Network, Device>::layer_count>(
            [&](auto stage) { detail::backward_layer<stage, Network>(device, plan, tensors, pass); });
}

}  // namespace ditto
