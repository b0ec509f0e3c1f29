// Losses by cross entropy of a linear head on the CPU.
#pragma once

#include <array>
#include <concepts>

#include "ditto/device/cpu/cpu.hpp"
#include "ditto/layers/kernel.hpp"
#include "ditto/losses/cross_entropy/cross_entropy_loss.hpp"

namespace ditto {

template <class LossType, class Features, class P>
requires std::derived_from<LossType, CrossEntropyLoss<typename LossType::Head>>
struct Kernel<LossType, Features, Cpu<P>> {
    using T = typename P::scalar;
    using Head = typename LossType::Head;
    static constexpr std::size_t size = Features::size, inputs = Head::inputs(size);

    static void score(const LossType& loss, const Cpu<P>&, const LossCall<T>& call) {
        for (std::size_t pair = 0; pair < call.pairs; ++pair) call.scores[pair] = loss.score(logit(call, pair));
    }

    static double forward_backward(const LossType& loss, const Cpu<P>&, const LossCall<T>& call) {
        const T* weight = call.parameters[0];  // [inputs]
        const double pairs = static_cast<double>(call.pairs);
        std::array<double, inputs> weight_gradient{};
        double bias_gradient = 0.0, total = 0.0;
        for (std::size_t pair = 0; pair < call.pairs; ++pair) {
            const auto features = call.features(pair, size);
            const PairLabel label = call.labels[pair];
            const double own = logit(call, pair);
            const PairTerm term = detail::term_of(loss, own, label == PairLabel::same);
            call.scores[pair] = loss.score(own);
            total += call.weight(label) * term.loss;
            const double slope = call.weight(label) * term.slope / pairs;
            bias_gradient += slope;
            for (std::size_t i = 0; i < size; ++i) {
                const FeatureGradients gradients = Head::gradients(weight, features, i, slope);
                call.left_gradient[pair * size + i] = static_cast<T>(gradients.left);
                call.right_gradient[pair * size + i] = static_cast<T>(gradients.right);
            }
            for (std::size_t j = 0; j < inputs; ++j) weight_gradient[j] += slope * Head::input(features, j);
        }
        for (std::size_t j = 0; j < inputs; ++j) call.parameter_gradients[0][j] = static_cast<T>(weight_gradient[j]);
        call.parameter_gradients[1][0] = static_cast<T>(bias_gradient);
        return total / pairs;
    }

  private:
    static double logit(const LossCall<T>& call, std::size_t pair) {
        double sum = static_cast<double>(call.parameters[1][0]);
        for (std::size_t i = 0; i < size; ++i) sum += Head::product(call.parameters[0], call.features(pair, size), i);
        return sum;
    }
};

}  // namespace ditto
