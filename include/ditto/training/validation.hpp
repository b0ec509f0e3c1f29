// What a training learns from pairs of held-out people: how good it is, where the threshold lies, and what a score
// means.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "ditto/evaluate/platt.hpp"
#include "ditto/evaluate/roc.hpp"
#include "ditto/training/evaluation.hpp"

namespace ditto {

/// Figures of the validation pairs.
struct ValidationMetrics {
    double accuracy = EpochMetrics::undefined;          ///< balanced, at the threshold that is best on these very pairs
    double equal_error_rate = EpochMetrics::undefined;  ///< see RocCurve
    double area = EpochMetrics::undefined;              ///< see RocCurve
};

/// How scores are read.
struct Decision {
    double threshold = EpochMetrics::undefined;
    std::optional<Calibration> calibration{};  ///< of distances
};

/// The figures of pairs that had no part in training, from their scores and labels.
inline ValidationMetrics measure_validation(std::span<const double> scores, std::span<const PairLabel> labels,
                                            ScoreKind kind) {
    const RocCurve curve = roc_curve(scores, labels, kind);
    return {curve.balanced_accuracy(curve.most_balanced()), curve.equal_error_rate(), curve.area()};
}

/// The threshold is where Platt's sigmoid gives both answers the same probability: steadier on a few hundred pairs than
/// the one that is best on them, which stands in where the sigmoid is flat because the scores tell nothing.
inline Decision decide(std::span<const double> scores, std::span<const PairLabel> labels, ScoreKind kind) {
    const Calibration fit = fit_platt(scores, labels, kind);
    Decision decision{roc_curve(scores, labels, kind).most_balanced().threshold};
    if (fit.slope != 0.0) decision.threshold = -fit.intercept / fit.slope;
    if (kind == ScoreKind::distance) decision.calibration = fit;
    return decision;
}

}  // namespace ditto
