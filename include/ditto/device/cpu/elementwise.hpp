// Loops over every number of a tensor.
#pragma once

#include <cstddef>

#include "ditto/device/cpu/cpu.hpp"

namespace ditto::detail {

/// Numbers in one chunk of an elementwise loop: 64 KB in fp32.
inline constexpr std::size_t elementwise_chunk = 16384;

/// output[i] = function(input[i]) for `size` numbers; input and output may be the same memory.
template <class P, class T, class Function>
void map(const Cpu<P>& device, std::size_t size, const T* input, T* output, const Function& function) {
    parallel_chunks(size, elementwise_chunk, device.threads, [&](std::size_t begin, std::size_t end) {
#pragma omp simd
        for (std::size_t i = begin; i < end; ++i) output[i] = function(input[i]);
    });
}

/// output[i] = function(first[i], second[i]).
template <class P, class T, class Function>
void map(const Cpu<P>& device, std::size_t size, const T* first, const T* second, T* output, const Function& function) {
    parallel_chunks(size, elementwise_chunk, device.threads, [&](std::size_t begin, std::size_t end) {
#pragma omp simd
        for (std::size_t i = begin; i < end; ++i) output[i] = function(first[i], second[i]);
    });
}

}  // namespace ditto::detail
