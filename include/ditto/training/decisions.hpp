// Where a training's threshold lies: on validation pairs, or else on training pairs.
#pragma once

#include <span>
#include <vector>

#include "ditto/images/image_store.hpp"
#include "ditto/trainer/any_trainer.hpp"
#include "ditto/training/evaluation.hpp"
#include "ditto/training/training_settings.hpp"
#include "ditto/training/validation.hpp"

namespace ditto {

/// Asks a trainer's present weights. What it takes by reference must outlive it.
class Decisions {
  public:
    /// `pairs` are those to train on.
    Decisions(AnyTrainer& trainer, const ImageStore& store, std::span<const Pair> pairs,
              const TrainingSettings& settings)
        : trainer_(trainer), store_(store), pairs_(pairs), settings_(settings) {}

    /// How features are made of a network's, where they are compared.
    FeatureRecipe features() const { return settings_.weights.features.value_or(FeatureRecipe{}); }

    /// The figures of the validation pairs, whose threshold then is `threshold`; nothing changes without any.
    ValidationMetrics validate(double& threshold) const {
        if (settings_.validation.empty()) return {};
        const std::vector<double> scores = score_validation();
        const std::vector<PairLabel> labels = pair_labels(settings_.validation);
        threshold = decide(scores, labels, trainer_.score_kind()).threshold;
        return measure_validation(scores, labels, trainer_.score_kind());
    }

    /// Threshold and, for distances, calibration from the validation pairs, or else the threshold alone from training
    /// pairs.
    Decision now() const {
        if (!settings_.validation.empty())
            return decide(score_validation(), pair_labels(settings_.validation), trainer_.score_kind());
        return {calibrate_threshold(trainer_, store_, pairs_, settings_.calibration_pairs, settings_.loader.seed,
                                    settings_.threads, features())};
    }

  private:
    std::vector<double> score_validation() const {
        return score_images(trainer_, store_, settings_.validation, settings_.threads, features());
    }

    AnyTrainer& trainer_;
    const ImageStore& store_;
    std::span<const Pair> pairs_;
    const TrainingSettings& settings_;
};

}  // namespace ditto
