// Laying tensors out in one block: tensors whose lifetimes do not overlap share memory.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "ditto/core/memory.hpp"
#include "ditto/core/units.hpp"

namespace ditto {

/// Every tensor of a plan starts at a multiple of this many bytes (a cache line, and the widest SIMD register).
inline constexpr std::size_t tensor_alignment = 64;
/// Bytes between two tensors that nobody may touch: none, except in AddressSanitizer builds, which poison them.
inline constexpr std::size_t tensor_gap = detail::poisons_memory ? 256 : 0;

/// Where a tensor lies in a block.
struct MemoryRange {
    std::size_t offset = 0;
    std::size_t bytes = 0;
};

/// The bytes that a tensor takes in a plan, alignment and gap included.
constexpr std::size_t planned_bytes(std::size_t bytes) {
    return bytes == 0 ? 0 : round_up(bytes, tensor_alignment) + tensor_gap;
}

/// Appends a tensor of `bytes` bytes to a block that is `total` bytes long so far.
constexpr MemoryRange append_range(std::size_t& total, std::size_t bytes) {
    const MemoryRange range{total, bytes};
    total += planned_bytes(bytes);
    return range;
}

/// A tensor that exists from step `first` to step `last` of a computation (both included).
struct PlannedTensor {
    std::size_t bytes = 0;
    int first = 0;
    int last = 0;
    std::size_t offset = 0;

    /// Is there a step at which both exist?
    constexpr bool overlaps(const PlannedTensor& other) const { return first <= other.last && other.first <= last; }
    /// Does it exist at this step? Never, without bytes.
    constexpr bool lives_at(int step) const { return bytes > 0 && first <= step && step <= last; }
    constexpr MemoryRange range() const { return {offset, bytes}; }  ///< its place in the plan's memory
};

/// Sets every tensor's offset so that tensors alive at the same step do not overlap, and returns the bytes needed.
/// Greedy, largest first, each at the lowest offset that is free during its life (Pisarchyk and Lee, "Efficient memory
/// management for deep neural net inference", 2020, "greedy by size").
template <std::size_t Count>
constexpr std::size_t place(std::array<PlannedTensor, Count>& tensors) {
    std::array<std::size_t, Count> order{};
    for (std::size_t i = 0; i < Count; ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return tensors[a].bytes != tensors[b].bytes ? tensors[a].bytes > tensors[b].bytes : a < b;
    });
    std::size_t total = 0;
    for (std::size_t i = 0; i < Count; ++i) {
        PlannedTensor& tensor = tensors[order[i]];
        tensor.offset = 0;
        for (bool moved = true; moved;) {
            moved = false;
            for (std::size_t j = 0; j < i; ++j) {
                const PlannedTensor& other = tensors[order[j]];
                const std::size_t end = other.offset + planned_bytes(other.bytes);
                if (tensor.overlaps(other) && tensor.offset < end &&
                    other.offset < tensor.offset + planned_bytes(tensor.bytes)) {
                    tensor.offset = end;
                    moved = true;
                }
            }
        }
        total = std::max(total, tensor.offset + planned_bytes(tensor.bytes));
    }
    return total;
}

}  // namespace ditto
