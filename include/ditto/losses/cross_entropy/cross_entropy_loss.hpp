// Losses that are the binary cross entropy of a linear head's logit.
#pragma once

#include <array>
#include <cmath>

#include "ditto/core/constexpr_math.hpp"
#include "ditto/layers/elementwise/sigmoid.hpp"
#include "ditto/losses/loss.hpp"

namespace ditto {

/// The derivatives by feature i of both images.
struct FeatureGradients {
    double left, right;
};

/// Base of such a loss. It owns the head, a Linear<inputs, 1>; its score is the sigmoid of the logit, the probability
/// that a pair is of one person. What the head sees of a pair is a structure Head of static constexpr functions, which
/// every device takes from there:
///   std::size_t inputs(std::size_t features);
///   double input(pair, j);                              // input j of the head; pair is a PairFeatures
///   double product(weight, pair, i);                    // what feature i adds to the logit
///   FeatureGradients gradients(weight, pair, i, slope);  // slope is the loss's derivative by the logit
template <class HeadType>
struct CrossEntropyLoss : Loss {
    using Head = HeadType;
    static constexpr ScoreKind score_kind = ScoreKind::probability;

    static constexpr std::array<TensorInfo, 2> parameters(Extents features) {
        const auto inputs = static_cast<std::int64_t>(Head::inputs(static_cast<std::size_t>(features.size())));
        const auto initial = Initialization::uniform(1.0 / detail::constexpr_sqrt(static_cast<double>(inputs)));
        return {{{"weight", 2, {1, inputs}, {0, 1, 2, 3}, initial}, {"bias", 1, {1}, {0, 1, 2, 3}, initial}}};
    }

    static constexpr double score(double logit) { return Sigmoid::value(logit); }
    /// -target log(p) - (1 - target) log(1 - p) with p = sigmoid(logit), without overflow for any logit; the slope is
    /// its derivative by the logit.
    static constexpr PairTerm term(double logit, bool same) {
        const double target = same ? 1.0 : 0.0, positive = logit < 0.0 ? 0.0 : logit;
        return {positive - logit * target + std::log1p(std::exp(-std::fabs(logit))), score(logit) - target};
    }
};

}  // namespace ditto
