// The optimizer's pass over all parameters on the CPU: every number is read and written once.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "ditto/core/plan.hpp"
#include "ditto/device/cpu/cpu.hpp"
#include "ditto/optim/optimizer.hpp"

namespace ditto {

/// A block of parameters: `tensors` says where each tensor lies in the section, and gradients and state sections have
/// the same layout.
struct ParameterSections {
    std::span<const MemoryRange> tensors;
    std::byte* parameters;
    std::byte* gradients;
    std::array<std::byte*, max_optimizer_state> state;
};

/// Updates every parameter once. `step` is 1 for the first update.
template <class Optimizer, class P>
void update_parameters(const Cpu<P>& device, const Optimizer& optimizer, const ParameterSections& sections,
                       std::int64_t step, double learning_rate) {
    using T = typename P::scalar;
    constexpr std::size_t chunk = 65536;  // numbers
    const auto chunks_of = [](MemoryRange tensor) { return (tensor.bytes / sizeof(T) + chunk - 1) / chunk; };
    std::size_t chunks = 0;
    for (const MemoryRange tensor : sections.tensors) chunks += chunks_of(tensor);

    parallel_for(chunks, device.threads, [&](std::size_t at) {
        std::size_t index = 0;
        while (at >= chunks_of(sections.tensors[index])) at -= chunks_of(sections.tensors[index++]);
        const MemoryRange tensor = sections.tensors[index];
        const std::size_t first = at * chunk;
        const auto numbers = [&](std::byte* section) { return reinterpret_cast<T*>(section + tensor.offset) + first; };
        UpdateCall<T> call{std::min(chunk, tensor.bytes / sizeof(T) - first),
                           numbers(sections.parameters),
                           numbers(sections.gradients),
                           {},
                           step,
                           learning_rate};
        for (std::size_t i = 0; i < Optimizer::state_tensors; ++i) call.state[i] = numbers(sections.state[i]);
        update(optimizer, call);
    });
}

}  // namespace ditto
