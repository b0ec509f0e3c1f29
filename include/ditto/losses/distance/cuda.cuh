// Losses of the distance on CUDA: one block of threads a pair.
#pragma once

#include <cmath>
#include <concepts>

#include "ditto/layers/kernel.hpp"
#include "ditto/losses/distance/distance_loss.hpp"
#include "ditto/losses/mean_loss.cuh"

namespace ditto {

namespace detail {

// The Euclidean distance of the block's pair, for all its threads.
template <class A>
__device__ double pair_distance(const PairFeatures<A>& features) {
    double squares = 0.0;
    for (std::size_t i = threadIdx.x; i < features.size; i += block_threads)
        squares += features.difference(i) * features.difference(i);
    return std::sqrt(block_sum(squares));
}

template <class A>
__global__ void distance_score_kernel(std::size_t size, LossCall<float, A> call) {
    const double distance = pair_distance(call.features(blockIdx.x, size));
    if (threadIdx.x == 0) call.scores[blockIdx.x] = distance;
}

template <class LossType, class A>
__global__ void distance_loss_kernel(LossType loss, std::size_t size, LossCall<float, A> call) {
    const std::size_t pair = blockIdx.x;
    const PairLabel label = call.labels[pair];
    const auto features = call.features(pair, size);
    const double pairs = static_cast<double>(call.pairs), distance = pair_distance(features);
    const PairTerm term = term_of(loss, distance, label == PairLabel::same);
    const double slope = call.weight(label) * term.slope;
    for (std::size_t i = threadIdx.x; i < size; i += block_threads) {
        const auto gradient = static_cast<float>(slope * features.difference(i) / pairs);
        call.left_gradient[pair * size + i] = A(gradient);
        call.right_gradient[pair * size + i] = A(-gradient);
    }
    if (threadIdx.x == 0) {
        call.scores[pair] = distance;
        loss_terms(call)[pair] = call.weight(label) * term.loss;
    }
}

}  // namespace detail

template <class LossType, class Features, CudaDevice Device>
requires std::derived_from<LossType, DistanceLoss>
struct Kernel<LossType, Features, Device> {
    using A = typename Device::activation;
    static constexpr std::size_t size = Features::size;

    static void score(const LossType&, const Device& device, const LossCall<float, A>& call) {
        detail::launch(device, &detail::distance_score_kernel<A>, dim3(static_cast<unsigned>(call.pairs)),
                       dim3(detail::block_threads), size, call);
    }

    static void forward_backward(const LossType& loss, const Device& device, const LossCall<float, A>& call) {
        detail::launch(device, &detail::distance_loss_kernel<LossType, A>, dim3(static_cast<unsigned>(call.pairs)),
                       dim3(detail::block_threads), loss, size, call);
        detail::mean_loss(device, call);
    }
};

}  // namespace ditto
