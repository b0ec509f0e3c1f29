// What the machine can do at best, as seen by the compiler flags and threads of the program that asks: fused
// multiply-adds in registers, and reading memory. Other programs' figures are shares of these.
#pragma once

#include <omp.h>

#include <algorithm>
#include <cstddef>
#include <xsimd/xsimd.hpp>

#include "ditto/core/memory.hpp"
#include "measure.hpp"

namespace benchmarks {

struct MachineLimits {
    double flops;       ///< float32 operations a second; a fused multiply-add is two
    double read_bytes;  ///< bytes a second, read from memory in one direction
};

namespace detail {

using Vector = xsimd::batch<float>;

/// Chains of dependent operations that a thread keeps going: more than two units of latency five can have in flight,
/// and few enough for the 16 registers of AVX2.
inline constexpr std::size_t chains = 12;

/// Seconds of work(thread) on all threads at once, the shortest of several tries.
template <class Work>
double shortest_seconds(int threads, const Work& work) {
    double shortest = 1e9;
    for (int attempt = 0; attempt < 8; ++attempt)
        shortest = std::min(shortest, seconds_of([&] {
#pragma omp parallel num_threads(threads)
                                work(static_cast<std::size_t>(omp_get_thread_num()));
                            }));
    return shortest;
}

// Lets the compiler not throw away how the vectors came to be.
inline void keep(const Vector* vectors) {
    Vector sum(0.0F);
    for (std::size_t i = 0; i < chains; ++i) sum += vectors[i];
    float numbers[Vector::size];
    sum.store_unaligned(numbers);
    [[maybe_unused]] volatile float kept = numbers[0];
}

inline double measure_flops(int threads) {
    constexpr std::size_t rounds = 4'000'000;
    const double seconds = shortest_seconds(threads, [](std::size_t) {
        // x = x * 0.5 + 1 goes to 2: neither overflow nor denormals, and nothing that a compiler may simplify.
        const Vector factor(0.5F), summand(1.0F);
        Vector x[chains];
        for (std::size_t i = 0; i < chains; ++i) x[i] = Vector(static_cast<float>(i));
        for (std::size_t round = 0; round < rounds; ++round)
            for (std::size_t i = 0; i < chains; ++i) x[i] = xsimd::fma(x[i], factor, summand);
        keep(x);
    });
    return static_cast<double>(2 * Vector::size * chains * rounds) * threads / seconds;
}

inline double measure_read_bytes(int threads) {
    constexpr std::size_t block = chains * Vector::size;  // floats that a thread reads in one round
    const auto share = (std::size_t{1} << 28) / static_cast<std::size_t>(threads) / block * block;  // 1 GiB in all
    const ditto::MemoryBlock memory(share * static_cast<std::size_t>(threads) * sizeof(float));
    auto* const numbers = reinterpret_cast<float*>(memory.data());
    shortest_seconds(threads, [&](std::size_t thread) { std::fill_n(numbers + thread * share, share, 1.0F); });
    const double seconds = shortest_seconds(threads, [&](std::size_t thread) {
        const float* const begin = numbers + thread * share;
        Vector sums[chains];
        for (std::size_t i = 0; i < chains; ++i) sums[i] = Vector(0.0F);
        for (const float* at = begin; at != begin + share; at += block)
            for (std::size_t i = 0; i < chains; ++i) sums[i] += Vector::load_aligned(at + i * Vector::size);
        keep(sums);
    });
    return static_cast<double>(memory.bytes()) / seconds;
}

}  // namespace detail

inline MachineLimits measure_limits(int threads) {
    return {detail::measure_flops(threads), detail::measure_read_bytes(threads)};
}

}  // namespace benchmarks
