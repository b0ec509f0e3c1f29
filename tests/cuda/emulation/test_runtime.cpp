// The emulation that stands for CUDA in the tests of the CUDA backend: kernels, memory, graphs.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <cstdio>
#include <numeric>
#include <vector>

#include "cuda_runtime.h"
#include "test_buffer.hpp"

using emulation::Buffer;
using emulation::Stream;

namespace {

template <int threads>
__global__ void __launch_bounds__(threads) sum_blocks(const float* values, float* sums) {
    __shared__ float partial[threads];
    partial[threadIdx.x] = values[blockIdx.x * blockDim.x + threadIdx.x];
    for (unsigned half = threads / 2; half > 0; half /= 2) {
        __syncthreads();
        if (threadIdx.x < half) partial[threadIdx.x] += partial[threadIdx.x + half];
    }
    if (threadIdx.x == 0) sums[blockIdx.x] = partial[0];
}

__global__ void sum_warps(const double* values, double* down, double* across, int* groups) {
    const unsigned rank = threadIdx.y * blockDim.x + threadIdx.x;
    double below = values[rank];
    double all = values[rank];
    for (unsigned step = 16; step > 0; step /= 2) {
        below += __shfl_down_sync(~0U, below, step);
        all += __shfl_xor_sync(~0U, all, static_cast<int>(step));
    }
    __syncthreads();
    across[rank] = all;
    if (rank % 32 == 0) down[rank / 32] = below;
    groups[rank] = __shfl_down_sync(~0U, static_cast<int>(rank), 3, 8);
}

__global__ void write_indices(unsigned* cells) {
    const unsigned block = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
    const unsigned thread = (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
    cells[block * blockDim.x * blockDim.y * blockDim.z + thread] += 1000 * block + thread;
}

__global__ void scale(const float* from, float* to, float factor) {
    to[threadIdx.x] = factor * __ldg(from + threadIdx.x);
}

__global__ void end_before_barrier(unsigned waiting) {
    if (threadIdx.x >= waiting) return;
    __syncthreads();
}

__global__ void two_barriers() {
    if (threadIdx.x < 32)
        __syncthreads();
    else
        __syncthreads();
}

__global__ void half_a_shuffle() {
    if (threadIdx.x < 16) __shfl_xor_sync(~0U, 1.0F, 1);
}

template <typename... Arguments>
bool aborts(void (*kernel)(Arguments...), dim3 block, Arguments... arguments) {
    const pid_t child = fork();
    if (child == 0) {
        std::signal(SIGABRT, SIG_DFL);  // doctest has a handler
        if (std::freopen("/dev/null", "w", stderr) == nullptr) _exit(1);
        emulation::launch(kernel, {2}, block, nullptr, arguments...);
        _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

}  // namespace

TEST_CASE("threads of a block share memory and wait for each other") {
    std::vector<float> values(3 * 256);
    std::iota(values.begin(), values.end(), 0.0F);
    const Buffer<float> input(values);
    const Buffer<float> sums(std::vector<float>(3));
    REQUIRE(emulation::launch(sum_blocks<256>, 3, 256, nullptr, input.data, sums.data) == cudaSuccess);
    CHECK(sums.get() == std::vector<float>{32640, 98176, 163712});
}

TEST_CASE("a warp's threads exchange values") {
    std::vector<double> values(96);
    std::iota(values.begin(), values.end(), 0.5);
    const Buffer<double> input(values);
    const Buffer<double> down(std::vector<double>(3));
    const Buffer<double> across(values);
    const Buffer<int> groups(std::vector<int>(96));
    REQUIRE(emulation::launch(sum_warps, 1, {16, 6}, nullptr, input.data, down.data, across.data, groups.data) ==
            cudaSuccess);
    CHECK(down.get() == std::vector<double>{512, 1536, 2560});
    for (std::size_t i = 0; i < 96; ++i) {
        CHECK(across.get()[i] == down.get()[i / 32]);
        CHECK(groups.get()[i] == static_cast<int>(i % 8 < 5 ? i + 3 : i));
    }
}

TEST_CASE("every thread of every block runs once and knows its place") {
    const Buffer<unsigned> cells(std::vector<unsigned>(12 * 70));
    const std::size_t before = emulation::kernel_launches();
    REQUIRE(emulation::launch(write_indices, {2, 3, 2}, {7, 5, 2}, nullptr, cells.data) == cudaSuccess);
    CHECK(emulation::kernel_launches() == before + 1);
    const auto found = cells.get();
    for (unsigned i = 0; i < 12 * 70; ++i) CHECK(found[i] == 1000 * (i / 70) + i % 70);
}

TEST_CASE("a launch with a wrong shape is refused") {
    const Buffer<unsigned> cells(std::vector<unsigned>(1));
    for (const auto& [grid, block] : {std::pair<dim3, dim3>{1, 0}, {0, 1}, {1, 1025}, {1, {32, 33}}, {{1, 65536}, 1}}) {
        emulation::launch(write_indices, grid, block, nullptr, cells.data);
        CHECK(cudaPeekAtLastError() == cudaErrorInvalidConfiguration);
        CHECK(cudaGetLastError() == cudaErrorInvalidConfiguration);
        CHECK(cudaGetLastError() == cudaSuccess);
    }
}

TEST_CASE("threads that disagree about a barrier or a shuffle end the program") {
    CHECK(aborts(end_before_barrier, {64}, 63U));
    CHECK(aborts(end_before_barrier, {64}, 32U));
    CHECK(aborts(two_barriers, {64}));
    CHECK(aborts(half_a_shuffle, {32}));
    CHECK_FALSE(aborts(end_before_barrier, {64}, 64U));
    CHECK_FALSE(aborts(end_before_barrier, {64}, 0U));
}

TEST_CASE("new device memory is NaN, is counted, and has an end") {
    float* memory = nullptr;
    std::size_t free = 0;
    std::size_t total = 0;
    const std::size_t before = emulation::allocated_bytes();
    REQUIRE(cudaMalloc(&memory, 12) == cudaSuccess);
    CHECK(emulation::allocated_bytes() == before + 12);
    CHECK(std::isnan(memory[2]));
    CHECK(emulation::is_device_pointer(memory + 2));
    CHECK_FALSE(emulation::is_device_pointer(memory + 2, 5));
    REQUIRE(cudaMemGetInfo(&free, &total) == cudaSuccess);
    CHECK(total == 8ULL << 30);
    CHECK(free == total - before - 12);
    float* other = nullptr;
    CHECK(cudaMalloc(&other, free + 1) == cudaErrorMemoryAllocation);
    emulation::fail_next_malloc();
    CHECK(cudaMalloc(&other, 4) == cudaErrorMemoryAllocation);
    emulation::set_memory(100, 8ULL << 30);
    REQUIRE(cudaMemGetInfo(&free, &total) == cudaSuccess);
    CHECK(free == 100);
    CHECK(cudaMalloc(&other, 101) == cudaErrorMemoryAllocation);
    emulation::set_memory((8ULL << 30) - emulation::allocated_bytes(), 8ULL << 30);
    CHECK(cudaFree(memory + 1) == cudaErrorInvalidValue);
    CHECK(cudaFree(memory) == cudaSuccess);
    emulation::set_device_count(0, cudaErrorInsufficientDriver);
    int count = 1;
    CHECK(cudaGetDeviceCount(&count) == cudaErrorInsufficientDriver);
    CHECK(count == 0);
    emulation::set_device_count(1);
    CHECK(cudaGetLastError() == cudaErrorInsufficientDriver);
}

TEST_CASE("copies must go where they say") {
    const Buffer<float> a({1, 2, 3});
    std::vector<float> host(3);
    CHECK(cudaMemcpy(host.data(), a.data, 12, cudaMemcpyHostToDevice) == cudaErrorInvalidValue);
    CHECK(cudaMemcpy(a.data, host.data(), 12, cudaMemcpyDeviceToHost) == cudaErrorInvalidValue);
    CHECK(cudaMemcpy(a.data, host.data(), 12, cudaMemcpyDeviceToDevice) == cudaErrorInvalidValue);
    CHECK(cudaMemcpy(a.data, host.data(), 12, cudaMemcpyHostToHost) == cudaErrorInvalidValue);
    CHECK(cudaMemcpy(host.data(), a.data + 1, 12, cudaMemcpyDeviceToHost) == cudaErrorInvalidValue);
    CHECK(cudaMemset(a.data, 0, 13) == cudaErrorInvalidValue);
    CHECK(cudaMemset(host.data(), 0, 12) == cudaErrorInvalidValue);
    CHECK(cudaMemcpy(host.data(), a.data, 12, cudaMemcpyDefault) == cudaSuccess);
    CHECK(host == std::vector<float>{1, 2, 3});
    CHECK(cudaGetLastError() == cudaErrorInvalidValue);
    float* pinned = nullptr;  // the host's, for a copy
    REQUIRE(cudaHostAlloc(&pinned, 12, cudaHostAllocPortable) == cudaSuccess);
    CHECK(cudaMemcpy(pinned, a.data, 12, cudaMemcpyDeviceToDevice) == cudaErrorInvalidValue);
    CHECK(cudaMemcpy(pinned, a.data, 12, cudaMemcpyDeviceToHost) == cudaSuccess);
    CHECK(pinned[2] == 3);
    CHECK(cudaFreeHost(pinned) == cudaSuccess);
    cudaGetLastError();
}

TEST_CASE("captured work runs at each launch of its graph, with what memory then holds") {
    const std::size_t handles = emulation::handle_count();
    {
        const Stream stream;
        const Stream side;
        Buffer<float> input({1, 2});
        const Buffer<float> middle({0, 0});
        const Buffer<float> output({7, 7});
        cudaEvent_t fork_event = nullptr;
        cudaEvent_t join_event = nullptr;
        REQUIRE(cudaEventCreateWithFlags(&fork_event, cudaEventDisableTiming) == cudaSuccess);
        REQUIRE(cudaEventCreateWithFlags(&join_event, cudaEventDisableTiming) == cudaSuccess);
        cudaGraph_t graph = nullptr;
        cudaGraphExec_t executable = nullptr;

        const auto capture = [&](bool join) {
            REQUIRE(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal) == cudaSuccess);
            float factor = 2;
            CHECK(emulation::launch(scale, 1, 2, stream, input.data, middle.data, factor) == cudaSuccess);
            factor = 0;
            CHECK(cudaEventRecord(fork_event, stream) == cudaSuccess);
            CHECK(cudaStreamWaitEvent(side, fork_event) == cudaSuccess);
            cudaStreamCaptureStatus status{};
            CHECK(cudaStreamIsCapturing(side, &status) == cudaSuccess);
            CHECK(status == cudaStreamCaptureStatusActive);
            CHECK(cudaMemcpyAsync(output.data, middle.data, 8, cudaMemcpyDeviceToDevice, side) == cudaSuccess);
            CHECK(cudaEventRecord(join_event, side) == cudaSuccess);
            if (join) CHECK(cudaStreamWaitEvent(stream, join_event) == cudaSuccess);
            return cudaStreamEndCapture(stream, &graph);
        };
        CHECK(capture(false) == cudaErrorStreamCaptureUnjoined);
        CHECK(graph == nullptr);
        REQUIRE(capture(true) == cudaSuccess);
        CHECK(cudaStreamWaitEvent(side, join_event) == cudaErrorCapturedEvent);
        std::size_t nodes = 0;
        CHECK(cudaGraphGetNodes(graph, nullptr, &nodes) == cudaSuccess);
        CHECK(nodes == 2);
        REQUIRE(cudaGraphInstantiate(&executable, graph) == cudaSuccess);
        CHECK(output.get() == std::vector<float>{7, 7});
        for (const float value : {3.0F, 5.0F}) {
            input.put({value, -value});
            CHECK(cudaGraphLaunch(executable, stream) == cudaSuccess);
            CHECK(output.get() == std::vector<float>{2 * value, -2 * value});
        }
        CHECK(cudaGraphExecDestroy(executable) == cudaSuccess);
        CHECK(cudaGraphDestroy(graph) == cudaSuccess);
        CHECK(cudaEventDestroy(fork_event) == cudaSuccess);
        CHECK(cudaEventDestroy(join_event) == cudaSuccess);
    }
    CHECK(emulation::handle_count() == handles);
    cudaGetLastError();
}

TEST_CASE("a function of the host is called in the stream's order, and once for each launch of a graph") {
    const Stream stream;
    int calls = 0;
    const cudaHostFn_t count = [](void* data) { ++*static_cast<int*>(data); };
    CHECK(cudaLaunchHostFunc(stream, count, &calls) == cudaSuccess);
    CHECK(calls == 1);
    cudaGraph_t graph = nullptr;
    cudaGraphExec_t executable = nullptr;
    REQUIRE(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed) == cudaSuccess);
    CHECK(cudaLaunchHostFunc(stream, count, &calls) == cudaSuccess);
    REQUIRE(cudaStreamEndCapture(stream, &graph) == cudaSuccess);
    REQUIRE(cudaGraphInstantiate(&executable, graph, 0) == cudaSuccess);
    CHECK(calls == 1);
    for (int launch = 0; launch < 2; ++launch) CHECK(cudaGraphLaunch(executable, stream) == cudaSuccess);
    CHECK(calls == 3);
    cudaGraphExecDestroy(executable);
    cudaGraphDestroy(graph);
}

TEST_CASE("an event of a capture outlives the stream of the capture") {
    const Stream other;
    cudaEvent_t event = nullptr;
    cudaGraph_t graph = nullptr;
    REQUIRE(cudaEventCreateWithFlags(&event, cudaEventDisableTiming) == cudaSuccess);
    {
        const Stream stream;
        REQUIRE(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal) == cudaSuccess);
        CHECK(cudaEventRecord(event, stream) == cudaSuccess);
        REQUIRE(cudaStreamEndCapture(stream, &graph) == cudaSuccess);
    }
    CHECK(cudaStreamWaitEvent(other, event) == cudaErrorCapturedEvent);
    CHECK(cudaGraphDestroy(graph) == cudaSuccess);
    CHECK(cudaEventDestroy(event) == cudaSuccess);
    cudaGetLastError();
}

TEST_CASE("calls that no stream orders spoil a capture") {
    const Stream stream;
    const Buffer<float> buffer({1});
    float host = 0;
    void* memory = nullptr;
    const auto spoils = [&](cudaStreamCaptureMode mode, auto call) {
        REQUIRE(cudaStreamBeginCapture(stream, mode) == cudaSuccess);
        const cudaError_t error = call();
        CHECK((error == cudaSuccess || error == cudaErrorStreamCaptureUnsupported));
        CHECK(cudaMemsetAsync(buffer.data, 0, 4, stream) ==
              (error == cudaSuccess ? cudaSuccess : cudaErrorStreamCaptureInvalidated));
        cudaGraph_t graph = nullptr;
        CHECK(cudaStreamEndCapture(stream, &graph) ==
              (error == cudaSuccess ? cudaSuccess : cudaErrorStreamCaptureInvalidated));
        if (graph != nullptr) cudaGraphDestroy(graph);
        return error != cudaSuccess;
    };
    const auto copy = [&] { return cudaMemcpy(&host, buffer.data, 4, cudaMemcpyDeviceToHost); };
    const auto allocate = [&] { return cudaMalloc(&memory, 4); };
    for (const auto mode : {cudaStreamCaptureModeGlobal, cudaStreamCaptureModeThreadLocal}) {
        CHECK(spoils(mode, copy));
        CHECK(spoils(mode, allocate));
        CHECK(spoils(mode, [&] { return cudaStreamSynchronize(stream); }));
    }
    CHECK(spoils(cudaStreamCaptureModeRelaxed, [&] { return cudaStreamSynchronize(stream); }));
    CHECK_FALSE(spoils(cudaStreamCaptureModeRelaxed, allocate));
    CHECK(cudaFree(memory) == cudaSuccess);
    // A thread may do so for a while.
    cudaStreamCaptureMode own = cudaStreamCaptureModeRelaxed;
    REQUIRE(cudaThreadExchangeStreamCaptureMode(&own) == cudaSuccess);
    CHECK_FALSE(spoils(cudaStreamCaptureModeThreadLocal, allocate));
    CHECK(spoils(cudaStreamCaptureModeThreadLocal, [&] { return cudaStreamSynchronize(stream); }));
    CHECK(own == cudaStreamCaptureModeGlobal);
    REQUIRE(cudaThreadExchangeStreamCaptureMode(&own) == cudaSuccess);
    CHECK(cudaFree(memory) == cudaSuccess);
    CHECK(spoils(cudaStreamCaptureModeThreadLocal, allocate));
    CHECK(buffer.get() == std::vector<float>{1});
    cudaGetLastError();
}
