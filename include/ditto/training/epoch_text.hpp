// What a user reads of an epoch.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <string>

#include "ditto/training/metrics.hpp"
#include "ditto/training/validation.hpp"

namespace ditto {

/// The figures of an epoch, those of its validation pairs on a line of their own. A figure that the pairs do not have,
/// all of one kind say, is left out. Of a training that mines, the mined pairs are not among those of the metrics.
inline std::string epoch_text(const EpochMetrics& metrics, const ValidationMetrics& validation, ScoreKind kind,
                              bool mines) {
    std::string text = fmt::format("loss {:.4f}", metrics.loss);
    if (!std::isnan(metrics.accuracy))
        text += fmt::format(", accuracy {:.1f} %, equal error rate {:.1f} %", 100.0 * metrics.accuracy,
                            100.0 * metrics.equal_error_rate);
    const char* score = kind == ScoreKind::distance ? "distance" : "probability";
    if (!std::isnan(metrics.mean_same)) text += fmt::format(", mean {} of same pairs {:.3f}", score, metrics.mean_same);
    if (!std::isnan(metrics.mean_different))
        text += fmt::format(", mean {} of different pairs {:.3f}", score, metrics.mean_different);
    if (!std::isnan(metrics.active_negatives))
        text += fmt::format(", {:.1f} % of these inside the margin{}", 100.0 * metrics.active_negatives,
                            mines ? " (mined ones not counted)" : "");
    if (!std::isnan(validation.area))
        text += fmt::format("\n    validation: accuracy {:.1f} %, equal error rate {:.1f} %, area {:.4f}",
                            100.0 * validation.accuracy, 100.0 * validation.equal_error_rate, validation.area);
    return text;
}

}  // namespace ditto
