// ConcatBceLoss on CUDA.
#pragma once

#include "ditto/losses/binary_cross_entropy.cuh"
#include "ditto/losses/concat_bce/concat_bce.hpp"

namespace ditto {

namespace detail {

// See binary_cross_entropy.cuh. The weight is [2 * features].
template <class A>
struct ConcatHead {
    LossCall<float, A> call;
    std::size_t size;

    std::size_t inputs() const { return 2 * size; }
    __device__ double input(std::size_t pair, std::size_t i) const {
        const A* features = i < size ? call.left : call.right;
        return widened(features[pair * size + (i < size ? i : i - size)]);
    }
    __device__ double product(std::size_t pair, std::size_t i) const {
        const std::size_t at = pair * size + i;
        return static_cast<double>(call.parameters[0][i]) * widened(call.left[at]) +
               static_cast<double>(call.parameters[0][size + i]) * widened(call.right[at]);
    }
    __device__ void store_gradients(std::size_t pair, std::size_t i, double slope) const {
        const std::size_t at = pair * size + i;
        call.left_gradient[at] = A(static_cast<float>(slope * static_cast<double>(call.parameters[0][i])));
        call.right_gradient[at] = A(static_cast<float>(slope * static_cast<double>(call.parameters[0][size + i])));
    }
};

}  // namespace detail

template <class Features, class P, class A>
void score(const ConcatBceLoss&, Features, const Cuda<P>& device, const LossCall<float, A>& call) {
    detail::score_by_head(device, detail::ConcatHead<A>{call, Features::size});
}

template <class Features, class P, class A>
void forward_backward(const ConcatBceLoss&, Features, const Cuda<P>& device, const LossCall<float, A>& call) {
    detail::forward_backward_by_head(device, detail::ConcatHead<A>{call, Features::size});
}

}  // namespace ditto
