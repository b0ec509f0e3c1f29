// ConcatBceLoss on the CPU.
#pragma once

#include <array>

#include "ditto/device/cpu/cpu.hpp"
#include "ditto/losses/concat_bce/concat_bce.hpp"

namespace ditto {

namespace detail {

// w . concat(left, right) + b for one pair.
template <class Features, class T>
double concat_logit(const LossCall<T>& call, std::size_t pair) {
    constexpr std::size_t size = Features::size;
    const T* weight = call.parameters[0];  // [2 * features]
    double logit = static_cast<double>(call.parameters[1][0]);
    for (std::size_t i = 0; i < size; ++i)
        logit += static_cast<double>(weight[i]) * static_cast<double>(call.left[pair * size + i]) +
                 static_cast<double>(weight[size + i]) * static_cast<double>(call.right[pair * size + i]);
    return logit;
}

}  // namespace detail

template <class Features, class P>
void score(const ConcatBceLoss&, Features, const Cpu<P>&, const LossCall<typename P::scalar>& call) {
    for (std::size_t pair = 0; pair < call.pairs; ++pair)
        call.scores[pair] = detail::sigmoid(detail::concat_logit<Features>(call, pair));
}

template <class Features, class P>
double forward_backward(const ConcatBceLoss&, Features, const Cpu<P>&, const LossCall<typename P::scalar>& call) {
    using T = typename P::scalar;
    constexpr std::size_t size = Features::size;
    const T* weight = call.parameters[0];  // [2 * features]
    std::array<double, 2 * size> weight_gradient{};
    double bias_gradient = 0.0;
    const auto logit_of = [&](std::size_t pair) { return detail::concat_logit<Features>(call, pair); };
    const double loss = detail::mean_cross_entropy(call, logit_of, [&](std::size_t pair, double slope) {
        bias_gradient += slope;
        for (std::size_t i = 0; i < size; ++i) {
            const std::size_t at = pair * size + i;
            call.left_gradient[at] = static_cast<T>(slope * static_cast<double>(weight[i]));
            call.right_gradient[at] = static_cast<T>(slope * static_cast<double>(weight[size + i]));
            weight_gradient[i] += slope * static_cast<double>(call.left[at]);
            weight_gradient[size + i] += slope * static_cast<double>(call.right[at]);
        }
    });
    for (std::size_t i = 0; i < 2 * size; ++i) call.parameter_gradients[0][i] = static_cast<T>(weight_gradient[i]);
    call.parameter_gradients[1][0] = static_cast<T>(bias_gradient);
    return loss;
}

}  // namespace ditto
