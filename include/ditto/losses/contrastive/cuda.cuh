// ContrastiveLoss on CUDA: one block of threads a pair.
#pragma once

#include <cmath>

#include "ditto/losses/contrastive/contrastive.hpp"
#include "ditto/losses/mean_loss.cuh"

namespace ditto {

namespace detail {

// The Euclidean distance of the block's pair, for all its threads.
template <class A>
__device__ double pair_distance(std::size_t size, const A* left, const A* right) {
    double squares = 0.0;
    for (std::size_t i = threadIdx.x; i < size; i += block_threads) {
        const std::size_t at = blockIdx.x * size + i;
        const double difference =
            static_cast<double>(static_cast<float>(left[at])) - static_cast<double>(static_cast<float>(right[at]));
        squares += difference * difference;
    }
    return std::sqrt(block_sum(squares));
}

template <class A>
__global__ void contrastive_score_kernel(std::size_t size, LossCall<float, A> call) {
    const double distance = pair_distance(size, call.left, call.right);
    if (threadIdx.x == 0) call.scores[blockIdx.x] = distance;
}

template <class A>
__global__ void contrastive_kernel(std::size_t size, double margin, LossCall<float, A> call) {
    const std::size_t pair = blockIdx.x;
    const double pairs = static_cast<double>(call.pairs), distance = pair_distance(size, call.left, call.right);
    const double inside = margin - distance;
    const double gap = inside < 0.0 ? 0.0 : inside;  // NaN stays NaN, and is seen
    const bool same = call.labels[pair] == PairLabel::same;
    const double weight = call.weight(call.labels[pair]);
    const double slope = weight * (same ? 2.0 : distance == 0.0 ? 0.0 : -2.0 * gap / distance);
    for (std::size_t i = threadIdx.x; i < size; i += block_threads) {
        const std::size_t at = pair * size + i;
        const double difference = static_cast<double>(static_cast<float>(call.left[at])) -
                                  static_cast<double>(static_cast<float>(call.right[at]));
        const auto gradient = static_cast<float>(slope * difference / pairs);
        call.left_gradient[at] = A(gradient);
        call.right_gradient[at] = A(-gradient);
    }
    if (threadIdx.x == 0) {
        call.scores[pair] = distance;
        loss_terms(call)[pair] = weight * (same ? distance * distance : gap * gap);
    }
}

}  // namespace detail

template <class Features, class P, class A>
void score(const ContrastiveLoss&, Features, const Cuda<P>& device, const LossCall<float, A>& call) {
    constexpr std::size_t size = Features::size;
    detail::launch(device, &detail::contrastive_score_kernel<A>, dim3(static_cast<unsigned>(call.pairs)),
                   dim3(detail::block_threads), size, call);
}

template <class Features, class P, class A>
void forward_backward(const ContrastiveLoss& loss, Features, const Cuda<P>& device, const LossCall<float, A>& call) {
    constexpr std::size_t size = Features::size;
    detail::launch(device, &detail::contrastive_kernel<A>, dim3(static_cast<unsigned>(call.pairs)),
                   dim3(detail::block_threads), size, loss.margin, call);
    detail::mean_loss(device, call);
}

}  // namespace ditto
