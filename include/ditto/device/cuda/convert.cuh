// Conversion between float and a GPU's activation type, in the host's memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "ditto/core/parallel.hpp"

namespace ditto::detail {

/// activations[i] = numbers[i], on at least one thread.
template <class A>
void to_activations(std::span<const float> numbers, A* activations, int threads) {
    constexpr std::size_t chunk = 1 << 16;
    parallel_chunks(numbers.size(), chunk, std::max(1, threads), [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i) activations[i] = A(numbers[i]);
    });
}

/// numbers[i] = activations[i].
template <class A>
void from_activations(const A* activations, std::span<float> numbers) {
    std::transform(activations, activations + numbers.size(), numbers.begin(),
                   [](A number) { return static_cast<float>(number); });
}

}  // namespace ditto::detail
