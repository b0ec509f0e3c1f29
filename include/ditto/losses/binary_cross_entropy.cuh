// Losses by binary cross entropy of a linear head on CUDA: one block of threads a pair, then the head's gradient, one
// thread a weight. What a loss has of its own is a structure Head, with
//   LossCall<float, A> call;
//   std::size_t size;                                                        // features of an image
//   std::size_t inputs() const;                                              // of the head
//   double input(std::size_t pair, std::size_t i) const;                     // input i of the head
//   double product(std::size_t pair, std::size_t i) const;                   // what feature i adds to the logit
//   void store_gradients(std::size_t pair, std::size_t i, double slope) const;  // of feature i of both images
// all but inputs() for the device; slope is the derivative of the mean loss by the pair's logit.
#pragma once

#include <cmath>

#include "ditto/losses/mean_loss.cuh"

namespace ditto::detail {

template <class A>
__device__ double widened(A number) {
    return static_cast<double>(static_cast<float>(number));
}

// The logit of the block's pair, for all its threads.
template <class Head>
__device__ double pair_logit(const Head& head) {
    double own = 0.0;
    for (std::size_t i = threadIdx.x; i < head.size; i += block_threads) own += head.product(blockIdx.x, i);
    return block_sum(own) + static_cast<double>(head.call.parameters[1][0]);
}

template <class Head>
__global__ void head_score_kernel(Head head) {
    const double logit = pair_logit(head);
    if (threadIdx.x == 0) head.call.scores[blockIdx.x] = 1.0 / (1.0 + std::exp(-logit));
}

template <class Head>
__global__ void cross_entropy_kernel(Head head) {
    const std::size_t pair = blockIdx.x;
    const double logit = pair_logit(head), probability = 1.0 / (1.0 + std::exp(-logit));
    const double target = head.call.labels[pair] == PairLabel::same ? 1.0 : 0.0;
    const double weight = head.call.weight(head.call.labels[pair]);
    const double slope = weight * (probability - target) / static_cast<double>(head.call.pairs);
    for (std::size_t i = threadIdx.x; i < head.size; i += block_threads) head.store_gradients(pair, i, slope);
    if (threadIdx.x == 0) {
        head.call.scores[pair] = probability;
        // -target log(p) - (1 - target) log(1 - p), without overflow for any logit.
        loss_terms(head.call)[pair] =
            weight * (std::fmax(logit, 0.0) - logit * target + std::log1p(std::exp(-std::fabs(logit))));
        loss_slopes(head.call)[pair] = slope;
    }
}

// The gradient of number i of the head: its weights, then its bias.
template <class Head>
struct HeadGradient {
    Head head;
    std::size_t inputs;
    __device__ void operator()(std::size_t i) const {
        double sum = 0.0;
        for (std::size_t pair = 0; pair < head.call.pairs; ++pair) {
            const double slope = loss_slopes(head.call)[pair];
            sum += i == inputs ? slope : slope * head.input(pair, i);
        }
        (i == inputs ? head.call.parameter_gradients[1][0] : head.call.parameter_gradients[0][i]) =
            static_cast<float>(sum);
    }
};

template <class P, class Head>
void score_by_head(const Cuda<P>& device, const Head& head) {
    launch(device, &head_score_kernel<Head>, dim3(static_cast<unsigned>(head.call.pairs)), dim3(block_threads), head);
}

template <class P, class Head>
void forward_backward_by_head(const Cuda<P>& device, const Head& head) {
    launch(device, &cross_entropy_kernel<Head>, dim3(static_cast<unsigned>(head.call.pairs)), dim3(block_threads),
           head);
    for_each(device, head.inputs() + 1, HeadGradient<Head>{head, head.inputs()});
    mean_loss(device, head.call);
}

}  // namespace ditto::detail
