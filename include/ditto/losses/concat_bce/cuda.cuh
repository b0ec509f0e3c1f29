// ConcatBceLoss on CUDA: one block of threads a pair, then the head's gradient, one thread a weight.
#pragma once

#include <cmath>

#include "ditto/losses/concat_bce/concat_bce.hpp"
#include "ditto/losses/mean_loss.cuh"

namespace ditto {

namespace detail {

// The logit of the block's pair, for all its threads.
template <class A>
__device__ double pair_logit(std::size_t size, const LossCall<float, A>& call) {
    const float* weight = call.parameters[0];  // [2 * features]
    double own = 0.0;
    for (std::size_t i = threadIdx.x; i < size; i += block_threads) {
        const std::size_t at = blockIdx.x * size + i;
        own += static_cast<double>(weight[i]) * static_cast<double>(static_cast<float>(call.left[at])) +
               static_cast<double>(weight[size + i]) * static_cast<double>(static_cast<float>(call.right[at]));
    }
    return block_sum(own) + static_cast<double>(call.parameters[1][0]);
}

template <class A>
__global__ void concat_bce_score_kernel(std::size_t size, LossCall<float, A> call) {
    const double logit = pair_logit(size, call);
    if (threadIdx.x == 0) call.scores[blockIdx.x] = 1.0 / (1.0 + std::exp(-logit));
}

template <class A>
__global__ void concat_bce_kernel(std::size_t size, LossCall<float, A> call) {
    const std::size_t pair = blockIdx.x;
    const float* weight = call.parameters[0];
    const double logit = pair_logit(size, call), probability = 1.0 / (1.0 + std::exp(-logit));
    const double target = call.labels[pair] == PairLabel::same ? 1.0 : 0.0;
    const double slope = (probability - target) / static_cast<double>(call.pairs);
    for (std::size_t i = threadIdx.x; i < size; i += block_threads) {
        const std::size_t at = pair * size + i;
        call.left_gradient[at] = A(static_cast<float>(slope * static_cast<double>(weight[i])));
        call.right_gradient[at] = A(static_cast<float>(slope * static_cast<double>(weight[size + i])));
    }
    if (threadIdx.x == 0) {
        call.scores[pair] = probability;
        // -target log(p) - (1 - target) log(1 - p), without overflow for any logit.
        loss_terms(call)[pair] = std::fmax(logit, 0.0) - logit * target + std::log1p(std::exp(-std::fabs(logit)));
        loss_slopes(call)[pair] = slope;
    }
}

// The gradient of number i of the head: its weights, then its bias.
template <class A>
struct HeadGradient {
    LossCall<float, A> call;
    std::size_t size;
    __device__ void operator()(std::size_t i) const {
        const A* features = i < size ? call.left : call.right;
        const std::size_t column = i < size ? i : i - size;
        double sum = 0.0;
        for (std::size_t pair = 0; pair < call.pairs; ++pair) {
            const double slope = loss_slopes(call)[pair];
            sum +=
                i == 2 * size ? slope : slope * static_cast<double>(static_cast<float>(features[pair * size + column]));
        }
        (i == 2 * size ? call.parameter_gradients[1][0] : call.parameter_gradients[0][i]) = static_cast<float>(sum);
    }
};

}  // namespace detail

template <class Features, class P, class A>
void score(const ConcatBceLoss&, Features, const Cuda<P>& device, const LossCall<float, A>& call) {
    constexpr std::size_t size = Features::size;
    detail::launch(device, &detail::concat_bce_score_kernel<A>, dim3(static_cast<unsigned>(call.pairs)),
                   dim3(detail::block_threads), size, call);
}

template <class Features, class P, class A>
void forward_backward(const ConcatBceLoss&, Features, const Cuda<P>& device, const LossCall<float, A>& call) {
    constexpr std::size_t size = Features::size;
    detail::launch(device, &detail::concat_bce_kernel<A>, dim3(static_cast<unsigned>(call.pairs)),
                   dim3(detail::block_threads), size, call);
    detail::for_each(device, 2 * size + 1, detail::HeadGradient<A>{call, size});
    detail::mean_loss(device, call);
}

}  // namespace ditto
