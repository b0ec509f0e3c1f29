// A trainer that calls a function before each step of another one.
#pragma once

#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "ditto/trainer/any_trainer.hpp"

class HookedTrainer final : public ditto::AnyTrainer {
  public:
    HookedTrainer(ditto::AnyTrainer& trainer, std::function<void()> before_step)
        : trainer_(trainer), before_step_(std::move(before_step)) {}

    /// From this step (counted from 1) on, the loss is NaN.
    std::int64_t diverges_at = 0;
    /// From this step on, the loss is 1000.
    std::int64_t worsens_at = 0;
    /// After this step (counted from 1), the first weight is infinite.
    std::int64_t overflows_at = 0;
    /// Every pair has distance 0.
    bool collapses = false;

    ditto::StepResult step(std::span<const float> images, std::span<const ditto::PairLabel> labels, double rate_factor,
                           std::span<const std::uint32_t> people) override {
        before_step_();
        ditto::StepResult result = trainer_.step(images, labels, rate_factor, people);
        if (diverges_at > 0 && steps() >= diverges_at) result.loss = std::numeric_limits<double>::quiet_NaN();
        if (worsens_at > 0 && steps() >= worsens_at) result.loss = 1000.0;
        if (overflows_at > 0 && steps() == overflows_at)
            *static_cast<float*>(weights().front().data) = std::numeric_limits<float>::infinity();
        if (collapses) {
            zeros_.assign(labels.size(), 0.0);
            result.scores = zeros_;
        }
        return result;
    }
    void update_statistics(std::span<const float> images, double keep) override {
        trainer_.update_statistics(images, keep);
    }
    void embed(std::span<const float> images, std::span<float> features) override { trainer_.embed(images, features); }
    void score(std::span<const float> left, std::span<const float> right, std::span<double> scores) override {
        trainer_.score(left, right, scores);
    }
    void update_average(double keep) override { trainer_.update_average(keep); }
    void swap_average() override { trainer_.swap_average(); }
    std::size_t capacity_pairs() const override { return trainer_.capacity_pairs(); }
    ditto::Extents image_extents() const override { return trainer_.image_extents(); }
    std::size_t feature_count() const override { return trainer_.feature_count(); }
    ditto::ScoreKind score_kind() const override { return trainer_.score_kind(); }
    std::size_t minimum_pairs() const override { return trainer_.minimum_pairs(); }
    std::size_t capacity_images() const override { return trainer_.capacity_images(); }
    std::string_view loss_name() const override { return trainer_.loss_name(); }
    std::optional<double> margin() const override { return trainer_.margin(); }
    double learning_rate() const override { return trainer_.learning_rate(); }
    std::int64_t steps() const override { return trainer_.steps(); }
    void resume_at(std::int64_t steps) override { trainer_.resume_at(steps); }
    std::vector<ditto::StoredTensor> weights() override { return trainer_.weights(); }
    std::vector<ditto::StoredTensor> optimizer_state() override { return trainer_.optimizer_state(); }

  private:
    ditto::AnyTrainer& trainer_;
    std::function<void()> before_step_;
    std::vector<double> zeros_;
};
