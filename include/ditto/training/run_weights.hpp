// The two files of weights of a run: the last and the best.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/io/safetensors.hpp"
#include "ditto/model/weights_file.hpp"
#include "ditto/training/checkpoint_files.hpp"
#include "ditto/training/evaluation.hpp"
#include "ditto/training/run_directory.hpp"
#include "ditto/training/weights_copy.hpp"

namespace ditto {

/// Writes them. Best weights may wait in memory for the next save: short epochs would spend their time writing.
class RunWeights {
  public:
    /// `info` goes with the weights; threshold and calibration are filled in.
    RunWeights(const RunDirectory& directory, WeightsInfo info, ScoreKind kind)
        : last_(directory.last()),
          best_(directory.best()),
          checkpoints_(directory.checkpoints()),
          info_(std::move(info)),
          kind_(kind) {}

    /// Writes last.safetensors.
    void write_last(std::span<const StoredTensor> weights, const Decision& decision) {
        write(last_, weights, decision);
    }

    /// Writes best.safetensors.
    void write_best(std::span<const StoredTensor> weights, const Decision& decision) {
        write(best_, weights, decision);
        best_checksum_ = SafetensorsReader(best_).data_checksum();
        waiting_.reset();  // last: it may be what was written
    }

    /// Keeps a copy of them, to be the best.
    void keep_best(std::vector<StoredTensor> weights, double threshold) {
        waiting_.reset();  // two copies at a time would be one too many
        waiting_.emplace(std::move(weights));
        waiting_threshold_ = threshold;
    }
    /// Forgets the copy.
    void drop_best() { waiting_.reset(); }
    /// Writes the copy, if there is one.
    void save_best() {
        if (waiting_) write_best(waiting_->tensors(), {waiting_threshold_});
    }

    /// SafetensorsReader::data_checksum() of best.safetensors, once it was written, for resume_best().
    std::optional<std::uint64_t> best_checksum() const { return best_checksum_; }

    /// Goes on with best.safetensors as it was when best_checksum() was `checksum`; an older version knew none. False
    /// if it is missing or another one.
    bool resume_best(std::optional<std::uint64_t> checksum) {
        best_checksum_ = checksum;
        if (!checksum) return true;
        try {
            if (SafetensorsReader(best_).data_checksum() == *checksum) return true;
        } catch (const Error&) {  // missing or damaged
        }
        best_checksum_.reset();
        return false;
    }

  private:
    void write(const std::filesystem::path& path, std::span<const StoredTensor> weights, const Decision& decision) {
        WeightsInfo info = info_;
        // One beyond all scores, as of a network that tells nobody apart, is none to go by.
        if (is_threshold(decision.threshold, kind_)) info.threshold = decision.threshold;
        info.calibration = decision.calibration;
        mark_first_checkpoint(checkpoints_);  // weights without a checkpoint would mean that it was lost
        save_weights(path, weights, info);
    }

    std::filesystem::path last_, best_;
    CheckpointFiles checkpoints_;
    WeightsInfo info_;
    ScoreKind kind_;
    std::optional<WeightsCopy> waiting_;
    double waiting_threshold_ = 0;
    std::optional<std::uint64_t> best_checksum_;
};

}  // namespace ditto
