// The counter of what kernels move: kernels whose bytes are known.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "../emulation/test_buffer.hpp"
#include "ditto/cuda.cuh"
#include "observer.hpp"

using emulation::Buffer;
using traffic::sector_bytes;

namespace {

constexpr std::size_t count = 1000;

__global__ void twice(const float* from, float* to) {
    const std::size_t i = std::size_t{blockIdx.x} * blockDim.x + threadIdx.x;
    if (i < count) to[i] = 2.0F * from[i];
}

// Each thread reads the same number, and a number of its own that shares its sector with nobody's.
__global__ void same_and_apart(const float* from, float* to) {
    constexpr std::size_t step = sector_bytes / sizeof(float);
    to[threadIdx.x] = from[0] + from[step * (1 + threadIdx.x)];
}

// Numbers that the block and the thread keep for themselves cost nothing.
__global__ void reversed(const float* from, float* to) {
    __shared__ float numbers[128];
    volatile float own[2] = {from[threadIdx.x], 0.0F};
    numbers[threadIdx.x] = own[0];
    __syncthreads();
    to[threadIdx.x] = numbers[127 - threadIdx.x] + own[1];
}

struct Large {
    float numbers[9];
};
__global__ void copy_large(const Large* from, Large* to) {
    to[threadIdx.x] = from[threadIdx.x];
}

__global__ void count_up(const float*, float* to) {
    __atomic_fetch_add(reinterpret_cast<unsigned*>(to), 1U, __ATOMIC_RELAXED);
}

__global__ void copy_vectors(const float* from, float* to) {
    using Vector = ditto::detail::Vector<float, 4>;
    Vector::load(from + 4 * threadIdx.x).store(to + 4 * threadIdx.x);
}

template <class Kernel, class Numbers>
traffic::Kernel counted(Kernel kernel, unsigned blocks, unsigned threads, const Numbers* from, Numbers* to) {
    traffic::Watch watch;
    REQUIRE(emulation::launch(kernel, blocks, threads, nullptr, from, to) == cudaSuccess);
    REQUIRE(watch.kernels.size() == 1);
    CHECK(watch.kernels[0].blocks == blocks);
    CHECK(watch.kernels[0].threads == threads);
    return watch.kernels[0];
}

void check(const traffic::Accesses& accesses, std::uint64_t bytes, std::uint64_t sectors) {
    CHECK(accesses.bytes == bytes);
    CHECK(accesses.sectors == sectors);
}

}  // namespace

TEST_CASE("each number that a kernel reads and writes is counted once for each access, and its sector once") {
    const Buffer<float> from(std::vector<float>(2 * count, 1.0F)), to(std::vector<float>(2 * count, 0.0F));
    const auto elements = counted(twice, 8, 128, from.data, to.data).counts;
    for (const traffic::Accesses& accesses : {elements.reads, elements.writes}) {
        check(accesses, 4 * count, 4 * count / sector_bytes);
        CHECK(accesses.of_width == std::array<std::uint64_t, 5>{0, 0, count, 0, 0});
    }
    CHECK(to.get()[count - 1] == 2.0F);

    const auto apart = counted(same_and_apart, 1, 100, from.data, to.data).counts;
    check(apart.reads, 2 * 4 * 100, 101);
    check(apart.writes, 4 * 100, 13);  // 12.5

    // From the second number on: every access of 16 bytes still lies in one sector, or in two.
    const auto vectors = counted(copy_vectors, 1, 32, from.data, to.data).counts;
    check(vectors.reads, 16 * 32, 16);
    CHECK(vectors.reads.of_width == std::array<std::uint64_t, 5>{0, 0, 0, 0, 32});
    check(vectors.writes, 16 * 32, 16);
}

TEST_CASE("what is not the device's memory is not counted") {
    const Buffer<float> from(std::vector<float>(128, 1.0F)), to(std::vector<float>(128, 0.0F));
    std::vector<float> host(128, 1.0F);
    const auto both = counted(reversed, 3, 128, from.data, to.data).counts;
    check(both.reads, 3 * 4 * 128, 16);
    check(both.writes, 3 * 4 * 128, 16);
    const auto half = counted(reversed, 1, 128, static_cast<const float*>(host.data()), to.data).counts;
    check(half.reads, 0, 0);
    check(half.writes, 4 * 128, 16);
}

TEST_CASE("structures of any size and atomic operations are counted") {
    const Buffer<Large> from(std::vector<Large>(7)), to(std::vector<Large>(7));
    const auto copies = counted(copy_large, 1, 7, from.data, to.data).counts;
    check(copies.reads, 7 * 36, 8);  // 252 bytes
    check(copies.writes, 7 * 36, 8);

    const Buffer<float> none(std::vector<float>(1, 0.0F)), counter(std::vector<float>(1, 0.0F));
    const auto ups = counted(count_up, 2, 50, none.data, counter.data).counts;
    check(ups.reads, 4 * 100, 1);
    check(ups.writes, 4 * 100, 1);
}

TEST_CASE("kernels have their names, and those of a graph are counted at each of its launches") {
    ditto::detail::CudaContext context(0);
    const ditto::Cuda<ditto::fp32> device{1, 0, &context};
    const Buffer<float> numbers(std::vector<float>(count, 1.0F));
    const auto square = [&] {
        ditto::detail::for_each(device, count, ditto::detail::Convert<float, float>{numbers.data, numbers.data});
    };
    square();  // nobody watches
    cudaGraph_t graph = nullptr;
    cudaGraphExec_t executable = nullptr;
    const cudaStream_t stream = context.stream();
    traffic::Watch watch;
    REQUIRE(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed) == cudaSuccess);
    square();
    REQUIRE(cudaStreamEndCapture(stream, &graph) == cudaSuccess);
    REQUIRE(cudaGraphInstantiate(&executable, graph) == cudaSuccess);
    CHECK(watch.kernels.empty());
    for (int i = 0; i < 2; ++i) REQUIRE(cudaGraphLaunch(executable, stream) == cudaSuccess);
    const emulation::Stream other;
    REQUIRE(emulation::launch(twice, 8, 128, other, numbers.data, numbers.data) == cudaSuccess);
    REQUIRE(watch.kernels.size() == 3);
    for (const std::size_t i : {0U, 1U}) {
        CHECK(watch.kernels[i].name.find(
                  "void ditto::detail::for_each_kernel<ditto::detail::Convert<float, float> >") == 0);
        check(watch.kernels[i].counts.reads, 4 * count, 4 * count / sector_bytes);
        CHECK(watch.kernels[i].stream == 0);
    }
    CHECK(watch.kernels[2].stream == 1);
    CHECK(cudaGraphExecDestroy(executable) == cudaSuccess);
    CHECK(cudaGraphDestroy(graph) == cudaSuccess);
}

TEST_CASE("products are asked for and not computed") {
    ditto::detail::CudaContext context(0);
    const ditto::Cuda<ditto::bf16> device{1, 0, &context};
    const std::size_t m = 6, n = 16, k = 8;
    const Buffer<__nv_bfloat16> a(std::vector<__nv_bfloat16>(m * k, __nv_bfloat16(1.0F)));
    const Buffer<__nv_bfloat16> b(std::vector<__nv_bfloat16>(k * n, __nv_bfloat16(1.0F)));
    const Buffer<float> c(std::vector<float>(m * n, 3.0F));
    const Buffer<std::byte> workspace(std::vector<std::byte>(ditto::detail::product_workspace, std::byte{0}));
    const auto multiply = [&](float beta) {
        ditto::detail::gemm<__nv_bfloat16, float>(device, m, n, k, {a.data, k}, {b.data, n}, beta, {c.data, n},
                                                  workspace.data);
    };
    {
        traffic::Watch watch;
        multiply(0.0F);
        multiply(1.0F);
        REQUIRE(watch.products.size() == 2);
        for (const auto& [asked, stream] : watch.products) {
            CHECK(asked.name == "matrices");
            CHECK(asked.flops == 2 * 6 * 16 * 8);
            CHECK(stream == 0);
        }
        CHECK(watch.products[0].asked.bytes == 2 * (m * k + k * n) + 4 * m * n);
        CHECK(watch.products[1].asked.bytes == 2 * (m * k + k * n) + 2 * 4 * m * n);
        CHECK(c.get() == std::vector<float>(m * n, 3.0F));
    }
    multiply(0.0F);
    CHECK(c.get() == std::vector<float>(m * n, 8.0F));
}
