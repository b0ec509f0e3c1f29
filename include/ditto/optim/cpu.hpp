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

/// A block of parameters: `tensors` says where each tensor lies in its section and in those of the state, `gradients`
/// where its gradient lies. A gradient of no bytes was taken from a stream, and its parameter is up to date already.
struct ParameterSections {
    std::span<const MemoryRange> tensors;
    std::span<const MemoryRange> gradients;
    std::byte* parameter_section;
    std::byte* gradient_section;
    std::array<std::byte*, max_optimizer_state> state_sections;
};

/// One update: `step` is 1 for the first.
struct UpdateStep {
    std::int64_t step;
    double learning_rate;
};

/// Updates `count` numbers of parameter `index`, from number `first` on, whose gradient is `numbers`.
template <class Device, class Optimizer, class T>
void update_numbers(const Optimizer& optimizer, const ParameterSections& sections, UpdateStep at, std::size_t index,
                    std::size_t first, std::size_t count, const T* numbers) {
    const auto part = [&](std::byte* section) {
        return reinterpret_cast<T*>(section + sections.tensors[index].offset) + first;
    };
    UpdateCall<T> call{0, part(sections.parameter_section), numbers, {}, at.step, at.learning_rate};
    for (std::size_t i = 0; i < Optimizer::state_tensors; ++i) call.state[i] = part(sections.state_sections[i]);
    // Piece by piece, while what comes later is fetched: memory is read half as fast again as the processor does by
    // itself.
    constexpr std::size_t piece = 2048, ahead = 4 * piece, line = tensor_alignment / sizeof(T);
    for (std::size_t done = 0; done < count; done += piece) {
        call.size = std::min(piece, count - done);
        for (std::size_t i = 0; i < call.size; i += line) {
            __builtin_prefetch(call.parameters + ahead + i, 0, 2);
            for (std::size_t s = 0; s < Optimizer::state_tensors; ++s)
                __builtin_prefetch(call.state[s] + ahead + i, 0, 2);
        }
        update(optimizer, call);
        call.parameters += call.size;
        call.gradients += call.size;
        for (std::size_t s = 0; s < Optimizer::state_tensors; ++s) call.state[s] += call.size;
    }
}

/// Updates every parameter whose gradient is in memory.
template <class Optimizer, class P>
void update_parameters(const Cpu<P>& device, const Optimizer& optimizer, const ParameterSections& sections,
                       UpdateStep at) {
    using T = typename P::scalar;
    constexpr std::size_t chunk = 65536;  // numbers
    const auto chunks_of = [](MemoryRange gradient) { return (gradient.bytes / sizeof(T) + chunk - 1) / chunk; };
    std::size_t chunks = 0;
    for (const MemoryRange gradient : sections.gradients) chunks += chunks_of(gradient);

    parallel_for(chunks, device.threads, [&](std::size_t item) {
        std::size_t index = 0;
        while (item >= chunks_of(sections.gradients[index])) item -= chunks_of(sections.gradients[index++]);
        const MemoryRange gradient = sections.gradients[index];
        const std::size_t first = item * chunk;
        update_numbers<Cpu<P>>(optimizer, sections, at, index, first,
                               std::min(chunk, gradient.bytes / sizeof(T) - first),
                               reinterpret_cast<const T*>(sections.gradient_section + gradient.offset) + first);
    });
}

}  // namespace ditto
