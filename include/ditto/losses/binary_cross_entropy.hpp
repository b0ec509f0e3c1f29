// What losses by binary cross entropy of a linear head share: the head's parameters, and the loss from the logit.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include "ditto/core/constexpr_math.hpp"
#include "ditto/losses/loss.hpp"

namespace ditto::detail {

/// The parameters of Linear<inputs, 1>.
constexpr std::array<TensorInfo, 2> linear_head(std::int64_t inputs) {
    const auto initial = Initialization::uniform(1.0 / constexpr_sqrt(static_cast<double>(inputs)));
    return {{{"weight", 2, {1, inputs}, {0, 1, 2, 3}, initial}, {"bias", 1, {1}, {0, 1, 2, 3}, initial}}};
}

inline double sigmoid(double logit) {
    return 1.0 / (1.0 + std::exp(-logit));
}

/// The mean binary cross entropy of the pairs, where logit_of(pair) is a pair's logit. Writes the scores, which are
/// probabilities, and calls spread(pair, slope) with the derivative of the mean by the pair's logit.
template <class T, class LogitOf, class Spread>
double mean_cross_entropy(const LossCall<T>& call, const LogitOf& logit_of, const Spread& spread) {
    const double pairs = static_cast<double>(call.pairs);
    double total = 0.0;
    for (std::size_t pair = 0; pair < call.pairs; ++pair) {
        const double logit = logit_of(pair);
        const double target = call.labels[pair] == PairLabel::same ? 1.0 : 0.0;
        call.scores[pair] = sigmoid(logit);
        // -target log(p) - (1 - target) log(1 - p), without overflow for any logit.
        const double weight = call.weight(call.labels[pair]);
        total += weight * (std::max(logit, 0.0) - logit * target + std::log1p(std::exp(-std::abs(logit))));
        spread(pair, weight * (call.scores[pair] - target) / pairs);
    }
    return total / pairs;
}

}  // namespace ditto::detail
