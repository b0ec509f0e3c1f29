// What trainers of all devices share: their types, their settings, and all that follows from these.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ditto/core/error.hpp"
#include "ditto/core/exclusive_use.hpp"
#include "ditto/layers/kernel.hpp"
#include "ditto/model/require_inputs.hpp"
#include "ditto/optim/optimizer.hpp"
#include "ditto/trainer/any_trainer.hpp"
#include "ditto/trainer/step_checks.hpp"
#include "ditto/trainer/trainer_settings.hpp"
#include "ditto/trainer/training_plan.hpp"

namespace ditto::detail {

template <class VerifierType, class OptimizerType, class DeviceType>
class TrainerBase : public AnyTrainer {
  public:
    using Verifier = VerifierType;
    using Network = typename Verifier::Network;
    using Loss = typename Verifier::Loss;
    using Optimizer = OptimizerType;
    using Device = DeviceType;
    using Settings = TrainerSettings<Loss, Optimizer, Device>;
    using Plan = TrainingPlan<Verifier, Optimizer, Device>;
    static constexpr std::size_t image_size = static_cast<std::size_t>(Verifier::Input::size);
    static constexpr std::size_t feature_size = static_cast<std::size_t>(Verifier::Features::size);

    std::size_t capacity_pairs() const final { return settings_.batch.count; }
    Extents image_extents() const final { return Verifier::Input::extents; }
    std::size_t feature_count() const final { return feature_size; }
    std::size_t capacity_images() const final { return settings_.batch.images(); }
    ScoreKind score_kind() const final { return Loss::score_kind; }
    std::string_view loss_name() const final { return Loss::name; }
    std::optional<double> margin() const final { return margin_of(settings_.loss); }
    double learning_rate() const final { return settings_.optimizer.learning_rate; }
    std::size_t minimum_pairs() const final {
        const auto counts_batches = [](const LayerTraits& layer) { return layer.tracks_batches; };
        return Verifier::Twin::groups == 2 && std::ranges::any_of(Network::traits, counts_batches) ? 2 : 1;
    }
    std::int64_t steps() const final { return steps_; }
    void resume_at(std::int64_t steps) final {
        const auto call = enter();
        if (steps < 0) throw Error("a trainer cannot go on at step " + std::to_string(steps) + "; give 0 or more");
        steps_ = steps;
    }

    const Settings& settings() const { return settings_; }
    const Plan& plan() const { return plan_; }

    using AnyTrainer::step;
    /// Images or labels of other types: an error that says which are right.
    template <class Images, class Labels>
    requires(!std::convertible_to<const Images&, std::span<const float>> ||
             !std::convertible_to<const Labels&, std::span<const PairLabel>>) StepResult
        step(const Images&, const Labels&, double = 1.0, std::span<const std::uint32_t> = {}) {
        static_assert(
            sizeof(Images*) == 0,
            "ditto: a step takes the images as float, [2 * pairs, H, W, C], and the labels as PairLabel: both "
            "as contiguous ranges, std::vector<float> and std::vector<PairLabel>, say");
        return {};
    }

  protected:
    using LossKernel = Kernel<Loss, typename Verifier::Features, Device>;

    TrainerBase(const Settings& settings, const Device& device)
        : settings_(settings),
          plan_(device, settings.batch, {settings.keep_gradients, settings.average_weights, settings.mining}) {
        if (settings_.batch.count < 1) throw Error("a Trainer needs batches of at least 1 pair; got 0");
        if (!(learning_rate() >= 0.0 && std::isfinite(learning_rate())))
            throw Error("a Trainer got the learning rate " + std::to_string(learning_rate()) +
                        "; give it a number that is not below 0");
        if constexpr (requires { require_settings(settings.optimizer); }) require_settings(settings.optimizer);
        require_input_limit(settings_.input_limit);
        if (margin() && !(*margin() > 0.0 && std::isfinite(*margin())))
            throw Error("a Trainer got a loss with the margin " + std::to_string(*margin()) +
                        "; give it a number above 0");
    }

    void require_average() const {
        if (!settings_.average_weights)
            throw Error("this trainer keeps no average of its weights; make it with average_weights = true");
    }
    // Throws Error unless `images` images of whole size, of which `given` `unit` came, are those of the labels' pairs.
    void require_step(std::span<const PairLabel> labels, std::size_t given, const char* unit, bool fit,
                      std::span<const std::uint32_t> people) const {
        detail::require_pairs({minimum_pairs(), capacity_pairs(), image_size}, labels.size(), given, unit, fit);
        detail::require_labels(labels);
        if (settings_.mining.negatives > 0) detail::require_people(people, labels.size());
    }
    // Throws Error where a number of the images cannot be meant.
    template <class Number>
    void require_images_of(const char* caller, std::span<const Number> images) const {
        require_inputs<Device>(images, image_size, settings_.input_limit, settings_.device.threads, caller);
    }
    // Held by each call. Throws Error while another thread's call is under way.
    ExclusiveUse::Call enter() { return use_.enter("a Trainer"); }
    PassCall training_pass(std::size_t images) const {
        return {images, Verifier::Twin::groups, true, {settings_.seed, static_cast<std::uint64_t>(steps_), 0}};
    }

    Settings settings_;
    Plan plan_;
    std::int64_t steps_ = 0;

  private:
    ExclusiveUse use_;
};

}  // namespace ditto::detail
