// The training loop: epochs of batches, with schedule, metrics, checkpoints and a clean end on Ctrl-C. Compiled once,
// whatever is trained.
#pragma once

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/model/weights_file.hpp"
#include "ditto/trainer/any_trainer.hpp"
#include "ditto/training/batches.hpp"
#include "ditto/training/checkpoint.hpp"
#include "ditto/training/checkpoint_files.hpp"
#include "ditto/training/decisions.hpp"
#include "ditto/training/epoch_text.hpp"
#include "ditto/training/finite_weights.hpp"
#include "ditto/training/metrics.hpp"
#include "ditto/training/presented_weights.hpp"
#include "ditto/training/progress.hpp"
#include "ditto/training/run_directory.hpp"
#include "ditto/training/run_weights.hpp"
#include "ditto/training/statistics.hpp"
#include "ditto/training/stop_signal.hpp"
#include "ditto/training/training_settings.hpp"
#include "ditto/training/validation.hpp"

namespace ditto {

/// Trains an AnyTrainer on a list of pairs, into a run directory. What it takes by reference must outlive it.
class Training {
  public:
    /// Throws Error if the pairs are all of one kind or too few for a batch, or the disk has not enough free space.
    /// Writes nothing: the directory need not exist before run().
    Training(AnyTrainer& trainer, const ImageStore& store, std::span<const Pair> pairs,
             const TrainingSettings& settings, RunDirectory directory, Progress& progress)
        : trainer_(trainer),
          settings_(settings),
          directory_(std::move(directory)),
          progress_(progress),
          holds_images_(trainer.hold_images(store)),
          batches_(store, pairs, loader_settings(), trainer),
          recorder_(trainer.score_kind(), trainer.margin(), batches_.loader().pairs_of_epoch()),
          metrics_file_(directory_.metrics(), trainer.score_kind()),
          presented_(trainer, store, images_for_statistics(settings, pairs), settings_.threads, settings_.average),
          decisions_(trainer, store, pairs, settings_) {
        settings_.weights.loss = trainer.loss_name();
        settings_.weights.margin = trainer.margin();
        weights_.emplace(directory_, settings_.weights, trainer.score_kind());
        const auto same = std::ranges::count(pairs, PairLabel::same, &Pair::label);
        if (same == 0 || same == std::ssize(pairs))
            throw Error("all " + std::to_string(pairs.size()) + " training pairs are labelled " +
                        (same == 0 ? "different" : "same") + "; training needs both kinds");
        directory_.require_space(weights_bytes(), checkpoint_bytes());
        if (batches_.loader().dropped_pairs() > 0)
            progress_.line(fmt::format(
                "the last {} of an epoch's {} pairs are left out each time: BatchNorm needs a "
                "batch of at least {} pairs",
                batches_.loader().dropped_pairs(), batches_.loader().pairs_of_epoch(), trainer.minimum_pairs()));
    }

    Training(const Training&) = delete;
    Training& operator=(const Training&) = delete;

    /// Goes on from the run directory's newest checkpoint that is whole. Throws Error as load_checkpoint does, and
    /// where none is.
    void resume() {
        const CheckpointChoice chosen = intact_checkpoint(directory_.checkpoints());
        if (!chosen.note.empty()) progress_.warn(chosen.note);
        state_ = load_checkpoint(chosen.path, trainer_, recorder_, settings_.identity);
        metrics_file_.resume(state_.epoch);
        resume_best();
    }

    /// Trains until all epochs are done (true; then call finish_last() and finish_best()) or a signal has come (false).
    /// Either way a checkpoint is on disk then. Throws Error when the loss is not finite: what was saved last stays.
    bool run(const StopSignal& stop) {
        progress_.start(state_.epoch * epoch_pairs() + recorder_.pairs());
        saved_ = Clock::now();
        while (state_.epoch < settings_.epochs) {
            counted_until_ = Clock::now();
            margin_checked_ = false;
            batches_.start_epoch(state_.epoch, state_.batch);
            while (batches_.next()) {
                step();
                const bool ends_epoch = state_.batch == batches_.loader().batches();
                const bool is_stopped = stop.signal() != 0;
                if (is_stopped || (is_save_due() && !ends_epoch)) save();
                if (is_stopped) return false;
            }
            end_epoch();
        }
        require_finite();
        // finish_best() is going to write the last weights as the best, if they are.
        if (state_.best_epoch == state_.epoch) weights_->drop_best();
        weights_->save_best();
        write_checkpoint();
        if (settings_.average) trainer_.swap_average();  // from here on the trainer holds what is saved
        return true;
    }

    /// After run(): fixes the threshold and, for distances, the calibration, from the validation pairs or else the
    /// threshold alone from training pairs; writes the last weights with them.
    Decision finish_last() {
        last_decision_ = decisions_.now();
        weights_->write_last(trainer_.weights(), last_decision_);
        return last_decision_;
    }

    /// After finish_last(): writes the best weights with a threshold of their own, which it returns. The trainer then
    /// holds these weights.
    Decision finish_best() {
        Decision decision = last_decision_;
        if (state_.best_epoch != state_.epoch && state_.best_epoch != 0) {
            load_weights(directory_.best(), trainer_.weights(), settings_.weights.fingerprint.value_or(""));
            decision = decisions_.now();
        }
        weights_->write_best(trainer_.weights(), decision);
        return decision;
    }

    /// Epochs done, the best of them, and the batches done of the next.
    const TrainingState& state() const { return state_; }

    /// What the run directory's files take in the end.
    std::uint64_t stored_bytes() const { return 2 * weights_bytes() + 2 * checkpoint_bytes(); }

    /// What is to be said if the last epoch that was trained here told no two images apart.
    const std::optional<std::string>& collapse() const { return collapse_; }

  private:
    using Clock = std::chrono::steady_clock;

    PairLoaderSettings loader_settings() const {
        PairLoaderSettings loader = settings_.loader;
        loader.smallest_batch = trainer_.minimum_pairs();
        loader.only_draws = holds_images_;
        return loader;
    }

    std::uint64_t weights_bytes() const { return ditto::stored_bytes(trainer_.weights()); }
    std::uint64_t checkpoint_bytes() const { return weights_bytes() + ditto::stored_bytes(trainer_.optimizer_state()); }

    std::size_t epoch_pairs() const { return batches_.loader().pairs_of_epoch() - batches_.loader().dropped_pairs(); }

    void step() {
        const double factor = settings_.schedule(trainer_.steps());
        const PairBatch& batch = batches_.present();
        const StepResult result = holds_images_ ? trainer_.step_held(batch.draws, batch.labels, factor, batch.people)
                                                : trainer_.step(batch.images, batch.labels, factor, batch.people);
        if (!std::isfinite(result.loss)) fail_diverged(fmt::format("the loss is {}", result.loss), state_.epoch + 1);
        presented_.follow();
        recorder_.add(result.loss, result.scores, batch.labels);
        ++state_.batch;
        check_margin(32);
        if (progress_.is_due())
            progress_.show({state_.epoch + 1, settings_.epochs, recorder_.pairs(), epoch_pairs(), recorder_.mean_loss(),
                            recorder_.recent_accuracy(), recorder_.pairs() > EpochRecorder::recent_pairs});
    }

    void end_epoch() {
        const EpochMetrics metrics = recorder_.metrics();
        count_seconds();
        const double seconds = std::exchange(state_.seconds, 0.0);
        check_margin(1);
        ++state_.epoch;
        state_.batch = 0;
        // Between other features than the network's own, the distances of the steps tell no threshold.
        state_.threshold = decisions_.features() == FeatureRecipe{} ? metrics.threshold : EpochMetrics::undefined;
        const bool save_now = is_save_due();
        presented_.with([&] {
            const ValidationMetrics validation = decisions_.validate(state_.threshold);
            report(metrics, validation, seconds);
            metrics_file_.add(state_.epoch, trainer_.steps(), metrics, validation,
                              trainer_.learning_rate() * settings_.schedule(trainer_.steps() - 1), seconds);
            keep_if_best(settings_.validation.empty() ? metrics.loss : 1.0 - validation.area, save_now);
        });
        recorder_.clear();
        if (save_now && state_.epoch < settings_.epochs) save();
    }

    void keep_if_best(double measure, bool save_now) {
        if (!(measure < state_.best_measure)) return;
        require_finite();
        state_.best_measure = measure;
        state_.best_epoch = state_.epoch;
        if (save_now)
            weights_->write_best(trainer_.weights(), {state_.threshold});
        else if (state_.epoch < settings_.epochs)  // after the last epoch, finish_best() writes them
            weights_->keep_best(trainer_.weights(), state_.threshold);
        else
            weights_->drop_best();
    }

    void report(const EpochMetrics& metrics, const ValidationMetrics& validation, double seconds) {
        progress_.lines(fmt::format("epoch {}/{} ({}): {}", state_.epoch, settings_.epochs, clock_text(seconds),
                                    epoch_text(metrics, validation, trainer_.score_kind(), settings_.mines)));
        collapse_ = collapse_warning(metrics, trainer_.score_kind(), trainer_.margin());
        if (collapse_) progress_.warn(*collapse_);
    }

    // Once an epoch, as soon as `enough` different pairs have been seen. Those that are mined are near, and not seen
    // here.
    void check_margin(std::size_t enough) {
        if (settings_.mines || margin_checked_ || !trainer_.margin() || recorder_.negatives() < enough) return;
        margin_checked_ = true;
        if (recorder_.active_negatives() == 0)
            progress_.warn(margin_warning(*trainer_.margin(), recorder_.metrics().mean_different));
    }

    bool is_save_due() const { return Clock::now() - saved_ >= settings_.save_interval; }

    // Adds the time since this was last called, or the epoch began here, to the epoch's.
    void count_seconds() {
        const auto now = Clock::now();
        state_.seconds += std::chrono::duration<double>(now - counted_until_).count();
        counted_until_ = now;
    }

    void save() {
        require_finite();
        if (state_.batch > 0) count_seconds();
        weights_->save_best();
        presented_.with([&] { weights_->write_last(trainer_.weights(), {state_.threshold}); });
        write_checkpoint();
        saved_ = Clock::now();
    }

    void write_checkpoint() {
        keep_previous_checkpoint(directory_.checkpoints());
        TrainingState state = state_;
        // (Where the best are the checkpoint's own, see resume_best(), the file may be older.)
        const bool best_are_here = state.best_epoch == state.epoch && state.batch == 0;
        state.best_weights = best_are_here ? std::nullopt : weights_->best_checksum();
        save_checkpoint(directory_.checkpoint(), trainer_, state, recorder_, settings_.identity);
    }

    // The best weights lie in a file of their own, which may be of another moment than the checkpoint: newer, where the
    // program was killed in between. The epochs since the checkpoint, which come again, then find the same best.
    void resume_best() {
        if (state_.best_epoch == 0) return;
        if (state_.best_epoch == state_.epoch && state_.batch == 0)  // the checkpoint itself has them
            return presented_.with([&] { weights_->keep_best(trainer_.weights(), state_.threshold); });
        if (weights_->resume_best(state_.best_weights)) return;
        progress_.warn(
            fmt::format("{} does not hold the weights of epoch {}, the best so far: the best is looked for "
                        "among the epochs from here on",
                        directory_.best().string(), state_.best_epoch));
        state_.best_epoch = 0;
        state_.best_measure = std::numeric_limits<double>::infinity();
    }

    // A gradient that overflows shows in the next step's loss; nothing is kept or saved before that is known.
    void require_finite() {
        if (not_finite(trainer_))
            fail_diverged("the update is not finite", state_.batch == 0 ? state_.epoch : state_.epoch + 1);
    }

    [[noreturn]] void fail_diverged(const std::string& what, std::uint32_t epoch) {
        std::string where = divergence_text(trainer_);
        try {
            weights_->save_best();
        } catch (const Error& error) {
            where += fmt::format(" ({})", error.what());
        }
        throw Error(fmt::format("{} at step {} (epoch {}), and {}: training has diverged; lower the learning rate. {}",
                                what, trainer_.steps(), epoch, where,
                                has_checkpoint(directory_.checkpoints())
                                    ? directory_.checkpoint().string() + " is from before that"
                                    : "No checkpoint had been written yet"));
    }

    AnyTrainer& trainer_;
    TrainingSettings settings_;
    RunDirectory directory_;
    Progress& progress_;
    bool holds_images_;
    detail::Batches batches_;
    EpochRecorder recorder_;
    MetricsFile metrics_file_;
    PresentedWeights presented_;
    Decisions decisions_;
    TrainingState state_;
    std::optional<RunWeights> weights_;  // once settings_ are complete
    Decision last_decision_;
    bool margin_checked_ = false;
    std::optional<std::string> collapse_;
    Clock::time_point counted_until_{}, saved_{};
};

}  // namespace ditto
