// Losses by cross entropy of a linear head on CUDA: one block of threads a pair, then the head's gradient, one thread a
// weight.
#pragma once

#include <concepts>

#include "ditto/layers/kernel.hpp"
#include "ditto/losses/cross_entropy/cross_entropy_loss.hpp"
#include "ditto/losses/mean_loss.cuh"

namespace ditto {

namespace detail {

// The logit of the block's pair, for all its threads.
template <class Head, class A>
__device__ double pair_logit(std::size_t size, const LossCall<float, A>& call) {
    const auto features = call.features(blockIdx.x, size);
    double own = 0.0;
    for (std::size_t i = threadIdx.x; i < size; i += block_threads)
        own += Head::product(call.parameters[0], features, i);
    return block_sum(own) + static_cast<double>(call.parameters[1][0]);
}

template <class LossType, class A>
__global__ void head_score_kernel(LossType loss, std::size_t size, LossCall<float, A> call) {
    const double logit = pair_logit<typename LossType::Head>(size, call);
    if (threadIdx.x == 0) call.scores[blockIdx.x] = loss.score(logit);
}

template <class LossType, class A>
__global__ void cross_entropy_kernel(LossType loss, std::size_t size, LossCall<float, A> call) {
    using Head = typename LossType::Head;
    const std::size_t pair = blockIdx.x;
    const PairLabel label = call.labels[pair];
    const auto features = call.features(pair, size);
    const double logit = pair_logit<Head>(size, call);
    const PairTerm term = term_of(loss, logit, label == PairLabel::same);
    const double slope = call.weight(label) * term.slope / static_cast<double>(call.pairs);
    for (std::size_t i = threadIdx.x; i < size; i += block_threads) {
        const FeatureGradients gradients = Head::gradients(call.parameters[0], features, i, slope);
        call.left_gradient[pair * size + i] = A(static_cast<float>(gradients.left));
        call.right_gradient[pair * size + i] = A(static_cast<float>(gradients.right));
    }
    if (threadIdx.x == 0) {
        call.scores[pair] = loss.score(logit);
        loss_terms(call)[pair] = call.weight(label) * term.loss;
        loss_slopes(call)[pair] = slope;
    }
}

// The gradient of number j of the head: its weights, then its bias.
template <class Head, class A>
struct HeadGradient {
    LossCall<float, A> call;
    std::size_t size, inputs;
    __device__ void operator()(std::size_t j) const {
        double sum = 0.0;
        for (std::size_t pair = 0; pair < call.pairs; ++pair) {
            const double slope = loss_slopes(call)[pair];
            sum += j == inputs ? slope : slope * Head::input(call.features(pair, size), j);
        }
        (j == inputs ? call.parameter_gradients[1][0] : call.parameter_gradients[0][j]) = static_cast<float>(sum);
    }
};

}  // namespace detail

template <class LossType, class Features, CudaDevice Device>
requires std::derived_from<LossType, CrossEntropyLoss<typename LossType::Head>>
struct Kernel<LossType, Features, Device> {
    using A = typename Device::activation;
    using Head = typename LossType::Head;
    static constexpr std::size_t size = Features::size, inputs = Head::inputs(size);

    static void score(const LossType& loss, const Device& device, const LossCall<float, A>& call) {
        detail::launch(device, &detail::head_score_kernel<LossType, A>, dim3(static_cast<unsigned>(call.pairs)),
                       dim3(detail::block_threads), loss, size, call);
    }

    static void forward_backward(const LossType& loss, const Device& device, const LossCall<float, A>& call) {
        detail::launch(device, &detail::cross_entropy_kernel<LossType, A>, dim3(static_cast<unsigned>(call.pairs)),
                       dim3(detail::block_threads), loss, size, call);
        detail::for_each(device, inputs + 1, detail::HeadGradient<Head, A>{call, size, inputs});
        detail::mean_loss(device, call);
    }
};

}  // namespace ditto
