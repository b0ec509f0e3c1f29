// DifferenceBceLoss on CUDA.
#pragma once

#include "ditto/losses/binary_cross_entropy.cuh"
#include "ditto/losses/difference_bce/difference_bce.hpp"

namespace ditto {

namespace detail {

// See binary_cross_entropy.cuh. The weight is [features].
template <class A>
struct DifferenceHead {
    LossCall<float, A> call;
    std::size_t size;

    std::size_t inputs() const { return size; }
    __device__ double difference(std::size_t pair, std::size_t i) const {
        const std::size_t at = pair * size + i;
        return widened(call.left[at]) - widened(call.right[at]);
    }
    __device__ double input(std::size_t pair, std::size_t i) const { return std::fabs(difference(pair, i)); }
    __device__ double product(std::size_t pair, std::size_t i) const {
        return static_cast<double>(call.parameters[0][i]) * input(pair, i);
    }
    __device__ void store_gradients(std::size_t pair, std::size_t i, double slope) const {
        const std::size_t at = pair * size + i;
        const double apart = difference(pair, i), sign = apart > 0.0 ? 1.0 : apart < 0.0 ? -1.0 : 0.0;
        const auto gradient = static_cast<float>(slope * static_cast<double>(call.parameters[0][i]) * sign);
        call.left_gradient[at] = A(gradient);
        call.right_gradient[at] = A(-gradient);
    }
};

}  // namespace detail

template <class Features, class P, class A>
void score(const DifferenceBceLoss&, Features, const Cuda<P>& device, const LossCall<float, A>& call) {
    detail::score_by_head(device, detail::DifferenceHead<A>{call, Features::size});
}

template <class Features, class P, class A>
void forward_backward(const DifferenceBceLoss&, Features, const Cuda<P>& device, const LossCall<float, A>& call) {
    detail::forward_backward_by_head(device, detail::DifferenceHead<A>{call, Features::size});
}

}  // namespace ditto
