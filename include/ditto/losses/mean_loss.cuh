// What losses on CUDA share: where a pair's term goes, and their mean.
#pragma once

#include <cstddef>

#include "ditto/device/cuda/launch.cuh"
#include "ditto/losses/loss.hpp"

namespace ditto::detail {

/// Numbers of scratch that a loss on CUDA has from LossCall::loss on: the mean, and two for each pair.
constexpr std::size_t loss_numbers(std::size_t pairs) {
    return 1 + 2 * pairs;
}
/// The terms that make the mean, [pairs].
template <class A>
__device__ double* loss_terms(const LossCall<float, A>& call) {
    return call.loss + 1;
}
/// What else a loss remembers of each pair, [pairs].
template <class A>
__device__ double* loss_slopes(const LossCall<float, A>& call) {
    return call.loss + 1 + call.pairs;
}

template <class A>
__global__ void mean_loss_kernel(LossCall<float, A> call) {
    double own = 0.0;
    for (std::size_t pair = threadIdx.x; pair < call.pairs; pair += block_threads) own += loss_terms(call)[pair];
    const double total = block_sum(own);
    if (threadIdx.x == 0) *call.loss = total / static_cast<double>(call.pairs);
}

/// *call.loss = the mean of the terms.
template <CudaDevice Device, class A>
void mean_loss(const Device& device, const LossCall<float, A>& call) {
    launch(device, &mean_loss_kernel<A>, dim3(1), dim3(block_threads), call);
}

}  // namespace ditto::detail
