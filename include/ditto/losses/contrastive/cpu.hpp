// ContrastiveLoss on the CPU.
#pragma once

#include <cmath>

#include "ditto/device/cpu/cpu.hpp"
#include "ditto/losses/contrastive/contrastive.hpp"

namespace ditto {

/// What each loss has for each device: see Loss.
template <class Features, class P>
void score(const ContrastiveLoss&, Features, const Cpu<P>&, const LossCall<typename P::scalar>& call) {
    for (std::size_t pair = 0; pair < call.pairs; ++pair) {
        double squares = 0.0;
        for (std::size_t i = pair * Features::size; i < (pair + 1) * Features::size; ++i) {
            const double difference = static_cast<double>(call.left[i]) - static_cast<double>(call.right[i]);
            squares += difference * difference;
        }
        call.scores[pair] = std::sqrt(squares);
    }
}

/// What each loss has for each device: see Loss.
template <class Features, class P>
double forward_backward(const ContrastiveLoss& loss, Features, const Cpu<P>& device,
                        const LossCall<typename P::scalar>& call) {
    using T = typename P::scalar;
    score(loss, Features{}, device, call);
    const double pairs = static_cast<double>(call.pairs);
    double total = 0.0;
    for (std::size_t pair = 0; pair < call.pairs; ++pair) {
        const double distance = call.scores[pair];
        const double inside = loss.margin - distance;
        const double gap = inside < 0.0 ? 0.0 : inside;  // NaN stays NaN, and is seen
        const bool same = call.labels[pair] == PairLabel::same;
        const double weight = call.weight(call.labels[pair]);
        total += weight * (same ? distance * distance : gap * gap);
        // d loss / d left = 2 (left - right) for a same pair, -2 gap (left - right) / D for a different one.
        const double slope = weight * (same ? 2.0 : distance == 0.0 ? 0.0 : -2.0 * gap / distance);
        for (std::size_t i = pair * Features::size; i < (pair + 1) * Features::size; ++i) {
            const double difference = static_cast<double>(call.left[i]) - static_cast<double>(call.right[i]);
            call.left_gradient[i] = static_cast<T>(slope * difference / pairs);
            call.right_gradient[i] = -call.left_gradient[i];
        }
    }
    return total / pairs;
}

}  // namespace ditto
