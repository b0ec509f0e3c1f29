// How good probabilities are, as probabilities.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>

#include "ditto/core/error.hpp"
#include "ditto/core/pair_label.hpp"
#include "ditto/evaluate/roc.hpp"

namespace ditto {

/// The mean squared distance of `probabilities` [pairs] from what is true, 1 for `same` and 0 for `different` (Brier:
/// "Verification of forecasts expressed in terms of probability", 1950): 0 is perfect, always saying one half gives
/// 0.25. Throws Error when there is no pair, or a probability is not finite.
inline double brier_score(std::span<const double> probabilities, std::span<const PairLabel> labels) {
    detail::require_scores(probabilities, labels);
    if (labels.empty()) throw Error("there are no pairs to measure the Brier score on; give at least one");
    double sum = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const double miss = probabilities[i] - (labels[i] == PairLabel::same ? 1 : 0);
        sum += miss * miss;
    }
    return sum / static_cast<double>(labels.size());
}

}  // namespace ditto
