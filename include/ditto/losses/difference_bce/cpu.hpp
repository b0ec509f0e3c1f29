// DifferenceBceLoss on the CPU.
#pragma once

#include <array>
#include <cmath>

#include "ditto/device/cpu/cpu.hpp"
#include "ditto/losses/difference_bce/difference_bce.hpp"

namespace ditto {

namespace detail {

// w . |left - right| + b for one pair.
template <class Features, class T>
double difference_logit(const LossCall<T>& call, std::size_t pair) {
    constexpr std::size_t size = Features::size;
    const T* weight = call.parameters[0];  // [features]
    double logit = static_cast<double>(call.parameters[1][0]);
    for (std::size_t i = 0; i < size; ++i) {
        const std::size_t at = pair * size + i;
        const double difference = static_cast<double>(call.left[at]) - static_cast<double>(call.right[at]);
        logit += static_cast<double>(weight[i]) * std::abs(difference);
    }
    return logit;
}

}  // namespace detail

template <class Features, class P>
void score(const DifferenceBceLoss&, Features, const Cpu<P>&, const LossCall<typename P::scalar>& call) {
    for (std::size_t pair = 0; pair < call.pairs; ++pair)
        call.scores[pair] = detail::sigmoid(detail::difference_logit<Features>(call, pair));
}

template <class Features, class P>
double forward_backward(const DifferenceBceLoss&, Features, const Cpu<P>&, const LossCall<typename P::scalar>& call) {
    using T = typename P::scalar;
    constexpr std::size_t size = Features::size;
    const T* weight = call.parameters[0];  // [features]
    std::array<double, size> weight_gradient{};
    double bias_gradient = 0.0;
    const auto logit_of = [&](std::size_t pair) { return detail::difference_logit<Features>(call, pair); };
    const double loss = detail::mean_cross_entropy(call, logit_of, [&](std::size_t pair, double slope) {
        bias_gradient += slope;
        for (std::size_t i = 0; i < size; ++i) {
            const std::size_t at = pair * size + i;
            const double difference = static_cast<double>(call.left[at]) - static_cast<double>(call.right[at]);
            const double sign = difference > 0.0 ? 1.0 : difference < 0.0 ? -1.0 : 0.0;
            call.left_gradient[at] = static_cast<T>(slope * static_cast<double>(weight[i]) * sign);
            call.right_gradient[at] = -call.left_gradient[at];
            weight_gradient[i] += slope * std::abs(difference);
        }
    });
    for (std::size_t i = 0; i < size; ++i) call.parameter_gradients[0][i] = static_cast<T>(weight_gradient[i]);
    call.parameter_gradients[1][0] = static_cast<T>(bias_gradient);
    return loss;
}

}  // namespace ditto
