// What is known of weights besides their numbers: how the network is to be used.
#pragma once

#include <cmath>
#include <optional>
#include <string>

#include "ditto/core/error.hpp"
#include "ditto/core/number_text.hpp"
#include "ditto/core/score_kind.hpp"
#include "ditto/evaluate/platt.hpp"
#include "ditto/images/recipe.hpp"
#include "ditto/losses/losses.hpp"
#include "ditto/model/feature_recipe.hpp"

namespace ditto {

/// What travels with weights in the file's metadata. A file that PyTorch wrote may have none of it.
struct WeightsInfo {
    std::optional<std::string> fingerprint{};  ///< of the network without the loss
    std::optional<std::string> loss{};         ///< Loss::name
    std::optional<double> margin{};            ///< of a contrastive loss, greater than 0
    std::optional<double> threshold{};         ///< between same and different: a score that the loss can give
    std::optional<ImageRecipe> recipe{};
    std::optional<FeatureRecipe> features{};   ///< a file without an entry means plain ones
    std::optional<Calibration> calibration{};  ///< from the loss's score to a probability, more for what is more alike
};

/// Whether it can be a threshold: a score that a pair can have. Beyond those lie thresholds that give all pairs one
/// answer.
inline bool is_threshold(double value, ScoreKind kind) {
    return std::isfinite(value) && value >= 0.0 && (kind == ScoreKind::distance || value <= 1.0);
}

namespace detail {

// What the scores of that loss are, if it is one of ditto's.
inline std::optional<ScoreKind> score_kind_of(const std::optional<std::string>& loss) {
    std::optional<ScoreKind> kind;
    AllLosses::for_each([&]<class Loss>(const Loss&) {
        if (loss == Loss::name) kind = Loss::score_kind;
    });
    return kind;
}

// Throws Error, beginning with `where`, for a number that makes no sense: with a threshold that is not finite, say,
// everybody would be the same person. `kind` is what the network's scores are, where that is known.
inline void require_sense(const WeightsInfo& info, const std::string& where, std::optional<ScoreKind> kind) {
    const auto fail = [&](const std::string& entry, const std::string& value, const std::string& expected) {
        throw Error(where + ": its ditto." + entry + " is " + value + ", but it must be " + expected +
                    "; save the weights again");
    };
    if (info.margin && !(std::isfinite(*info.margin) && *info.margin > 0.0))
        fail("margin", number_text(*info.margin), "a finite number above 0");
    if (info.threshold && !is_threshold(*info.threshold, kind.value_or(ScoreKind::distance)))
        fail("threshold", number_text(*info.threshold),
             kind == ScoreKind::probability ? "a number from 0 to 1" : "a finite number, 0 or more");
    if (!info.calibration) return;
    const auto& [slope, intercept] = *info.calibration;
    if (!std::isfinite(slope) || !std::isfinite(intercept))
        fail("calibration", to_string(*info.calibration), "of finite numbers");
    if (kind && slope * (kind == ScoreKind::distance ? -1.0 : 1.0) < 0.0)
        fail("calibration", to_string(*info.calibration),
             std::string("more probable for what is more alike: the scores are ") +
                 (kind == ScoreKind::distance ? "distances" : "probabilities"));
}

// The same by the loss that the info names.
inline void require_sense(const WeightsInfo& info, const std::string& where) {
    require_sense(info, where, score_kind_of(info.loss));
}

}  // namespace detail

}  // namespace ditto
