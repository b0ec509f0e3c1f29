// What the tests of the emulation have in common.
#pragma once

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

#include "cuda_runtime.h"

namespace emulation {

/// Device memory that holds a copy of some values.
template <typename T>
struct Buffer {
    explicit Buffer(const std::vector<T>& values) : count(values.size()) {
        REQUIRE(cudaMalloc(&data, bytes()) == cudaSuccess);
        put(values);
    }
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer() { cudaFree(data); }

    std::size_t bytes() const { return count * sizeof(T); }
    void put(const std::vector<T>& values) {
        REQUIRE(cudaMemcpy(data, values.data(), bytes(), cudaMemcpyHostToDevice) == cudaSuccess);
    }
    std::vector<T> get() const {
        std::vector<T> values(count);
        REQUIRE(cudaMemcpy(values.data(), data, bytes(), cudaMemcpyDeviceToHost) == cudaSuccess);
        return values;
    }

    T* data = nullptr;
    std::size_t count;
};

struct Stream {
    Stream() { REQUIRE(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking) == cudaSuccess); }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    ~Stream() { cudaStreamDestroy(stream); }
    operator cudaStream_t() const { return stream; }
    cudaStream_t stream = nullptr;
};

}  // namespace emulation
