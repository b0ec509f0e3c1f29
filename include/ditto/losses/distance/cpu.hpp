// Losses of the distance on the CPU.
#pragma once

#include <cmath>
#include <concepts>

#include "ditto/device/cpu/cpu.hpp"
#include "ditto/layers/kernel.hpp"
#include "ditto/losses/distance/distance_loss.hpp"

namespace ditto {

namespace detail {

/// The Euclidean distance of a pair.
template <class A>
double euclidean_distance(const PairFeatures<A>& features) {
    double squares = 0.0;
    for (std::size_t i = 0; i < features.size; ++i) squares += features.difference(i) * features.difference(i);
    return std::sqrt(squares);
}

}  // namespace detail

template <class LossType, class Features, class P>
requires std::derived_from<LossType, DistanceLoss>
struct Kernel<LossType, Features, Cpu<P>> {
    using T = typename P::scalar;
    static constexpr std::size_t size = Features::size;

    static void score(const LossType&, const Cpu<P>&, const LossCall<T>& call) {
        for (std::size_t pair = 0; pair < call.pairs; ++pair)
            call.scores[pair] = detail::euclidean_distance(call.features(pair, size));
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
            const auto features = call.features(pair, size);
            T *left = call.left_gradient + pair * size, *right = call.right_gradient + pair * size;
            for (std::size_t i = 0; i < size; ++i) {
                left[i] = static_cast<T>(slope * features.difference(i) / pairs);
                right[i] = -left[i];
            }
        }
        return total / pairs;
    }
};

}  // namespace ditto
