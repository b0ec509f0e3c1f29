// report.html of a training.
#pragma once

#include <cstdint>
#include <ditto/trainer/any_trainer.hpp>
#include <ditto/training/floors.hpp>
#include <ditto/training/progress.hpp>
#include <ditto/training/run_directory.hpp>
#include <optional>
#include <string>
#include <vector>

#include "data.hpp"
#include "options.hpp"

/// What a training reached.
struct TrainingResult {
    double threshold = 0;
    std::uint32_t best_epoch = 0;
    std::vector<double> scores;           // of the test pairs: [pairs]
    std::optional<ditto::Floors> floors;  // of the test pairs, or of those of the people held out
};

/// Writes the run directory's report: of the test pairs or, where there are none, of pairs of the people held out, or
/// else of training pairs. The trainer has the weights that gave the scores. Never throws for a report that cannot be
/// written: prints a note that says why, and how to get it later.
void write_training_report(const Options& options, const std::string& program, const ditto::RunDirectory& directory,
                           ditto::AnyTrainer& trainer, const TrainingData& data, const TrainingResult& result,
                           ditto::Progress& progress);
