// Races between the threads of a block, as clang's thread sanitizer sees them in the emulation; and between blocks,
// which may run in any order.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

#include "cuda_runtime.h"
#include "test_buffer.hpp"

using emulation::Buffer;

namespace {

constexpr unsigned threads = 128;

// The sum of 128 numbers, for all threads of a block: right with both barriers. (As ditto::detail::block_sum.)
template <bool Before, bool After>
float sum_of_block(float own) {
    __shared__ float lanes[threads];
    if (Before) __syncthreads();
    lanes[threadIdx.x] = own;
    if (After) __syncthreads();
    float sum = 0.0F;
    for (const float lane : lanes) sum += lane;
    return sum;
}
template <bool Before, bool After>
__global__ void two_sums(const float* numbers, float* sums) {
    const float first = sum_of_block<Before, After>(numbers[threadIdx.x]);
    sums[threadIdx.x] = first + sum_of_block<Before, After>(2.0F * numbers[threadIdx.x]);
}

template <bool Synchronized>
__global__ void pass_through_warp(const float* numbers, float* sums) {
    sums[threadIdx.x] = numbers[threadIdx.x];
    if (Synchronized) __syncwarp();
    if (threadIdx.x % 32 == 0) sums[threadIdx.x] += sums[threadIdx.x + 31];
}

template <bool OneThread>
__global__ void one_number(const float* numbers, float* sums) {
    if (!OneThread || threadIdx.x == 0) sums[0] = numbers[threadIdx.x];
}

// Each block reads what another one writes.
template <bool Own>
__global__ void next_block(const float*, float* sums) {
    if (threadIdx.x == 0) sums[blockIdx.x] = sums[Own ? blockIdx.x : (blockIdx.x + 1) % gridDim.x] + 1.0F;
}

using Kernel = void (*)(const float*, float*);

std::vector<float> run(Kernel kernel, unsigned blocks, bool last_first) {
    const Buffer<float> numbers(std::vector<float>(threads, 1.0F)), sums(std::vector<float>(threads, 0.0F));
    emulation::set_last_block_first(last_first);
    CHECK(emulation::launch(kernel, blocks, threads, nullptr, numbers.data, sums.data) == cudaSuccess);
    emulation::set_last_block_first(false);
    return sums.get();
}

// Does the sanitizer end a process that runs the kernel?
bool races(Kernel kernel) {
    const pid_t child = fork();
    if (child == 0) {
        for (const int output : {STDOUT_FILENO, STDERR_FILENO}) dup2(open("/dev/null", O_WRONLY), output);
        run(kernel, 2, false);
        std::exit(0);  // the sanitizer makes another number of it
    }
    int status = 0;
    waitpid(child, &status, 0);
    return !(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

}  // namespace

TEST_CASE("races in a block are found, and none where there is none" *
          doctest::skip(!emulation::detail::Races::watched)) {
    CHECK_FALSE(races(two_sums<true, true>));
    CHECK(races(two_sums<true, false>));
    CHECK(races(two_sums<false, true>));
    CHECK_FALSE(races(pass_through_warp<true>));
    CHECK(races(pass_through_warp<false>));
    CHECK_FALSE(races(one_number<true>));
    CHECK(races(one_number<false>));
}

TEST_CASE("what depends on the order of blocks shows when the last comes first") {
    CHECK(run(next_block<true>, 3, false) == run(next_block<true>, 3, true));
    CHECK(run(next_block<false>, 3, false) != run(next_block<false>, 3, true));
}
