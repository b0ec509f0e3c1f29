// Conversion between float and a GPU's activation type, in the host's memory.
#pragma once

#include <cuda_bf16.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include "ditto/core/all_within.hpp"
#include "ditto/core/parallel.hpp"

namespace ditto::detail {

/// activations[i] = A(numbers[i]).
template <class A>
void convert_each(std::span<const float> numbers, A* activations) {
    if constexpr (std::same_as<A, __nv_bfloat16>) {
        // As CUDA's header rounds, NaN too, but without a branch: the compiler makes vectors of it.
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            const auto bits = std::bit_cast<std::uint32_t>(numbers[i]);
            const std::uint32_t rounded = (bits + 0x7FFFU + (bits >> 16 & 1U)) >> 16;
            const bool is_nan = (bits & 0x7FFFFFFFU) > 0x7F800000U;
            activations[i] = __nv_bfloat16_raw{static_cast<std::uint16_t>(is_nan ? 0x7FFFU : rounded)};
        }
    } else {
        std::copy(numbers.begin(), numbers.end(), activations);
    }
}

inline constexpr std::size_t conversion_chunk = 1 << 16;  // numbers that one thread converts at a time

/// The same on up to `threads` threads, at least one.
template <class A>
void to_activations(std::span<const float> numbers, A* activations, int threads) {
    parallel_chunks(numbers.size(), conversion_chunk, std::max(1, threads), [&](std::size_t first, std::size_t last) {
        convert_each(numbers.subspan(first, last - first), activations + first);
    });
}

/// The same; whether all numbers are finite and within the limit. Each is fetched from memory once.
template <class A>
bool to_activations_within(std::span<const float> numbers, double limit, A* activations, int threads) {
    std::atomic<bool> good = true;
    parallel_chunks(numbers.size(), conversion_chunk, std::max(1, threads), [&](std::size_t first, std::size_t last) {
        const auto some = numbers.subspan(first, last - first);
        if (!all_within(some, limit)) good.store(false, std::memory_order_relaxed);
        convert_each(some, activations + first);
    });
    return good;
}

/// numbers[i] = activations[i].
template <class A>
void from_activations(const A* activations, std::span<float> numbers) {
    std::transform(activations, activations + numbers.size(), numbers.begin(),
                   [](A number) { return static_cast<float>(number); });
}

}  // namespace ditto::detail
