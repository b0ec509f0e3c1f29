// How to train.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ditto/model/weights_file.hpp"
#include "ditto/optim/schedule.hpp"
#include "ditto/pairs/pair.hpp"
#include "ditto/pairs/pair_loader.hpp"
#include "ditto/training/statistics.hpp"

namespace ditto {

/// How Training trains: for how long, in which batches, with which schedule, and what goes with the weights.
struct TrainingSettings {
    std::uint32_t epochs = 10;
    PairLoaderSettings loader{};  ///< its smallest_batch is the trainer's
    Schedule schedule = constant_schedule();
    WeightsInfo weights{};                ///< goes with the weights; loss, margin and threshold are filled in
    Metadata identity{};                  ///< what the course of the training depends on: see save_checkpoint
    int threads = 1;                      ///< for preparing images outside the steps
    std::size_t calibration_pairs = 300;  ///< training pairs that fix the threshold, at most, without validation
    /// Pairs of the store's images whose people have no part in training. They choose the best epoch, the threshold and
    /// the calibration.
    std::vector<Pair> validation{};
    /// Evaluate and save a running average of the weights, of which each step keeps this part; the trainer must have
    /// been made with average_weights.
    std::optional<double> average{};
    /// Training images, at most, on which BatchNorm's running statistics are measured before weights are evaluated or
    /// saved (see measure_statistics); 0 leaves those of the steps.
    std::size_t statistics_images = 0;
    /// The trainer mines pairs (see PairMining): the results of its steps are of the drawn pairs alone.
    bool mines = false;
    /// The training is saved when this much time has passed since the last save; its end and a stop always are.
    std::chrono::duration<double> save_interval{300};
};

/// The training images on which running statistics are measured.
inline std::vector<std::uint32_t> images_for_statistics(const TrainingSettings& settings, std::span<const Pair> pairs) {
    const std::uint64_t seed = settings.loader.seed;
    const PeopleSampler* people = settings.loader.people;
    if (settings.statistics_images == 0) return {};
    if (people != nullptr) return statistics_images(people->draw(seed, 0), settings.statistics_images, seed);
    return statistics_images(pairs, settings.statistics_images, seed);
}

}  // namespace ditto
