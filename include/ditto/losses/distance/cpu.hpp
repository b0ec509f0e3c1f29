// Losses of the distance on the CPU.
#pragma once

#include <cmath>
#include <concepts>

#include "ditto/device/cpu/cpu.hpp"
#include "ditto/layers/kernel.hpp"
#include "ditto/losses/distance/distance_loss.hpp"

namespace ditto {

template <class LossType, class Features, class P>
requires std::derived_from<LossType, DistanceLoss>
struct Kernel<LossType, Features, Cpu<P>> {
    using T = typename P::scalar;
    static constexpr std::size_t size = Features::size;

    static void score(const LossType&, const Cpu<P>&, const LossCall<T>& call) {
        for (std::size_t pair = 0; pair < call.pairs; ++pair) {
            double squares = 0.0;
            for (std::size_t i = pair * size; i < (pair + 1) * size; ++i)
                squares += difference(call, i) * difference(call, i);
            call.scores[pair] = std::sqrt(squares);
        }
    }

    static double forward_backward(const LossType& loss, const Cpu<P>& device, const LossCall<T>& call) {
        score(loss, device, call);
        const double pairs = static_cast<double>(call.pairs);
        double total = 0.0;
        for (std::size_t pair = 0; pair < call.pairs; ++pair) {
            const PairLabel label = call.labels[pair];
            const PairTerm term = detail::term_of(loss, call.scores[pair], label == PairLabel::same);
            total += call.weight(label) * term.loss;
            const double slope = call.weight(label) * term.slope;
            for (std::size_t i = pair * size; i < (pair + 1) * size; ++i) {
                call.left_gradient[i] = static_cast<T>(slope * difference(call, i) / pairs);
                call.right_gradient[i] = -call.left_gradient[i];
            }
        }
        return total / pairs;
    }

  private:
    // By number `i` of [pairs, size].
    static double difference(const LossCall<T>& call, std::size_t i) {
        return static_cast<double>(call.left[i]) - static_cast<double>(call.right[i]);
    }
};

}  // namespace ditto
