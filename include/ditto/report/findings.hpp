// What a report says of scored pairs.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "ditto/core/pair_label.hpp"
#include "ditto/evaluate/roc.hpp"
#include "ditto/evaluate/standard_errors.hpp"
#include "ditto/report/report_data.hpp"

namespace ditto {

/// The false accept rates that a report tells the true accept rates for.
inline constexpr std::array false_accept_limits = {0.1, 0.01, 0.001};

/// The figures of a report's pairs, at the stored threshold or, where there is none, at the one that is best on these
/// very pairs.
struct ReportFindings {
    std::vector<PairLabel> labels;  ///< [pairs]
    RocCurve curve;
    RocPoint at_threshold;
    double accuracy = 0;
    StandardErrors errors;
};

/// Throws Error as roc_curve() does.
inline ReportFindings report_findings(const ReportData& data) {
    ReportFindings findings;
    for (const Pair& pair : data.pairs) findings.labels.push_back(pair.label);
    findings.curve = roc_curve(data.scores, findings.labels, data.score_kind);
    RocPoint& point = findings.at_threshold;
    point.threshold = data.threshold.value_or(findings.curve.most_balanced().threshold);
    for (std::size_t i = 0; i < data.pairs.size(); ++i)
        if (accepts(data.score_kind, point.threshold, data.scores[i]))
            ++(findings.labels[i] == PairLabel::same ? point.true_accepts : point.false_accepts);
    findings.accuracy = findings.curve.accuracy(point);
    findings.errors =
        standard_errors(data.scores, findings.labels, data.score_kind, point.threshold, false_accept_limits);
    return findings;
}

/// The pairs with this label that `threshold` gets wrong, by position: those farthest from it first, `most` at most.
inline std::vector<std::size_t> confident_errors(std::span<const double> scores, std::span<const PairLabel> labels,
                                                 ScoreKind kind, double threshold, PairLabel label, std::size_t most) {
    std::vector<std::size_t> errors;
    for (std::size_t i = 0; i < scores.size(); ++i)
        if (labels[i] == label && accepts(kind, threshold, scores[i]) != (label == PairLabel::same))
            errors.push_back(i);
    std::ranges::stable_sort(errors, std::greater{}, [&](std::size_t i) { return std::abs(scores[i] - threshold); });
    if (errors.size() > most) errors.resize(most);
    return errors;
}

}  // namespace ditto
