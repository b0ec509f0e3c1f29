// Shuffled streams: what two streams and the host may do in either order, the emulation does in both.
#include <doctest/doctest.h>

#include <cstdint>
#include <set>
#include <vector>

#include "cuda_runtime.h"
#include "ditto/device/cuda/streams.cuh"
#include "test_buffer.hpp"

using emulation::Buffer;
using emulation::ShuffledStreams;
using emulation::Stream;

namespace {

constexpr std::uint64_t seeds = 40;

float* pinned(float value) {
    float* memory = nullptr;
    REQUIRE(cudaMallocHost(&memory, sizeof(float)) == cudaSuccess);
    *memory = value;
    return memory;
}

void copy(void* to, const void* from, cudaStream_t stream) {
    REQUIRE(cudaMemcpyAsync(to, from, sizeof(float), cudaMemcpyDefault, stream) == cudaSuccess);
}

void idle() {}

// What run() gives with the streams in many orders.
template <class Run>
std::set<float> results(const Run& run) {
    std::set<float> all;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        const ShuffledStreams shuffled(seed);
        all.insert(run());
    }
    return all;
}

}  // namespace

TEST_CASE("a stream that does not wait for another is before it and after it") {
    const Stream first, second;
    for (const bool waits : {false, true}) {
        const auto found = results([&] {
            const Buffer<float> a({1}), b({2}), c({3});
            const ditto::detail::CudaEvent copied;
            copy(b.data, a.data, first);
            copied.record(first);
            if (waits) copied.hold(second);
            copy(c.data, b.data, second);
            REQUIRE(cudaStreamSynchronize(second) == cudaSuccess);
            return c.get().front();
        });
        CHECK(found == (waits ? std::set<float>{1} : std::set<float>{1, 2}));
    }
}

TEST_CASE("an event marks the work before it, also when it is recorded again after a stream was told to wait") {
    const Stream first, second;
    const auto found = results([&] {
        const Buffer<float> a({1}), b({2}), c({3}), d({0});
        const ditto::detail::CudaEvent copied;
        copy(d.data, a.data, first);
        copied.record(first);
        copied.hold(second);
        copy(d.data, b.data, first);
        copied.record(first);
        copy(c.data, d.data, second);
        REQUIRE(cudaStreamSynchronize(second) == cudaSuccess);
        const float seen = c.get().front();
        copied.wait();
        CHECK(d.get() == std::vector<float>{2});
        return seen;
    });
    CHECK(found == std::set<float>{1, 2});  // never 0, which it held before
}

TEST_CASE("the host must wait before it uses pinned memory again, and not for its own") {
    const Stream stream;
    float* memory = pinned(0);
    for (const bool waits : {false, true}) {
        const auto found = results([&] {
            const Buffer<float> to({0});
            *memory = 1;
            copy(to.data, memory, stream);
            if (waits) REQUIRE(cudaStreamSynchronize(stream) == cudaSuccess);
            *memory = 2;
            REQUIRE(cudaDeviceSynchronize() == cudaSuccess);
            return to.get().front();
        });
        CHECK(found == (waits ? std::set<float>{1} : std::set<float>{1, 2}));
    }
    CHECK(cudaFreeHost(memory) == cudaSuccess);
    const auto found = results([&] {
        const Buffer<float> to({0});
        float own = 1;
        copy(to.data, &own, stream);
        own = 2;
        REQUIRE(cudaStreamSynchronize(stream) == cudaSuccess);
        return to.get().front();
    });
    CHECK(found == std::set<float>{1});
}

TEST_CASE("what goes wrong late is told to whoever waits for it") {
    const Stream stream;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        const ShuffledStreams shuffled(seed);
        const ditto::detail::CudaEvent before, after;
        emulation::fail_kernel(2);
        REQUIRE(emulation::launch(idle, dim3(1), dim3(1), stream) == cudaSuccess);
        before.record(stream);
        REQUIRE(emulation::launch(idle, dim3(1), dim3(1), stream) == cudaSuccess);
        after.record(stream);
        before.wait();
        CHECK_THROWS_AS(after.wait(), ditto::Error);
        CHECK(cudaStreamSynchronize(stream) == cudaErrorLaunchFailure);
        CHECK(cudaStreamSynchronize(stream) == cudaSuccess);
    }
    cudaGetLastError();
}
