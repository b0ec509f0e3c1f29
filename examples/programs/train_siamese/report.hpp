// report.html of a training.
#pragma once

#include <cstddef>
#include <ditto/trainer/any_trainer.hpp>
#include <ditto/training/run_directory.hpp>
#include <span>
#include <string>

#include "data.hpp"
#include "options.hpp"

/// Writes the run directory's report: of the test pairs with their `scores` [pairs], or, where there are none, of pairs
/// of the people held out, or else of training pairs. The trainer has the weights that gave the scores. Never throws
/// for a report that cannot be written: prints a note that says why, and how to get it later.
void write_training_report(const Options& options, const std::string& program, const ditto::RunDirectory& directory,
                           ditto::AnyTrainer& trainer, const TrainingData& data, std::span<const double> scores,
                           double threshold);
