// ConcatBceLoss on the CPU.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

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

inline double sigmoid(double logit) {
    return 1.0 / (1.0 + std::exp(-logit));
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
    const double pairs = static_cast<double>(call.pairs);
    std::array<double, 2 * size> weight_gradient{};
    double bias_gradient = 0.0, total = 0.0;
    for (std::size_t pair = 0; pair < call.pairs; ++pair) {
        const double logit = detail::concat_logit<Features>(call, pair);
        const double target = call.labels[pair] == PairLabel::same ? 1.0 : 0.0;
        call.scores[pair] = detail::sigmoid(logit);
        // -target log(p) - (1 - target) log(1 - p), without overflow for any logit.
        total += std::max(logit, 0.0) - logit * target + std::log1p(std::exp(-std::abs(logit)));
        const double slope = (call.scores[pair] - target) / pairs;
        bias_gradient += slope;
        for (std::size_t i = 0; i < size; ++i) {
            const std::size_t at = pair * size + i;
            call.left_gradient[at] = static_cast<T>(slope * static_cast<double>(weight[i]));
            call.right_gradient[at] = static_cast<T>(slope * static_cast<double>(weight[size + i]));
            weight_gradient[i] += slope * static_cast<double>(call.left[at]);
            weight_gradient[size + i] += slope * static_cast<double>(call.right[at]);
        }
    }
    for (std::size_t i = 0; i < 2 * size; ++i) call.parameter_gradients[0][i] = static_cast<T>(weight_gradient[i]);
    call.parameter_gradients[1][0] = static_cast<T>(bias_gradient);
    return total / pairs;
}

}  // namespace ditto
