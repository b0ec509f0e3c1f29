// Trainer: what trains a Siamese network with an optimizer on a device. Here are its name and what may be its
// arguments; the devices specialise it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "ditto/network/gates.hpp"
#include "ditto/optim/optimizer.hpp"
#include "ditto/trainer/trainer_base.hpp"

namespace ditto {

/// The error of a second argument that is no optimizer.
template <class Given>
struct not_an_optimizer {
    static_assert(sizeof(Given*) == 0,
                  "ditto: the second argument of a Trainer is an optimizer: SGD, Adam or AdamW; the loss belongs in "
                  "Siamese, the device comes third");
};
/// The error of an optimizer that does not say what an update is on a device.
template <class Optimizer, class Device>
struct missing_optimizer_update {
    static_assert(sizeof(Optimizer*) == 0,
                  "ditto: this optimizer does not say what an update does; beside it write void update(const "
                  "Optimizer&, const ditto::UpdateCall<T>&), and for CUDA make its Rule<T> callable with (parameter, "
                  "gradient, each state)");
};
/// The error of a device that cannot train.
template <class Device>
struct device_does_not_train {
    static_assert(sizeof(Device*) == 0, "ditto: Cpu<bf16> is for Inference; Cpu<fp32> trains, and faster");
};

namespace detail {

enum class TrainProblem { none, run, optimizer, update, trains, backward, loss };

/// What keeps Verifier from being trained with Optimizer on Device.
template <class Verifier, class Optimizer, class Device>
constexpr TrainProblem find_train_problem() {
    if constexpr (!is_siamese<Verifier>) {
        return TrainProblem::run;
    } else if constexpr (!Verifier::valid) {  // asked for here: less is then written around an error inside Siamese
        return TrainProblem::run;
    } else if constexpr (!OptimizerDescription<Optimizer>) {
        return TrainProblem::optimizer;
    } else if constexpr (find_run_problem<Verifier, Device>() != RunProblem::none) {
        return TrainProblem::run;
    } else if constexpr (!Device::trains) {
        return TrainProblem::trains;
    } else if constexpr (!Updates<Optimizer, Device>) {
        return TrainProblem::update;
    } else if constexpr (first_missing_kernel<typename Verifier::Network, Device, true>() >= 0) {
        return TrainProblem::backward;
    } else if constexpr (!TrainsPairs<typename Verifier::Loss, typename Verifier::Features, Device>) {
        return TrainProblem::loss;
    } else {
        return TrainProblem::none;
    }
}

template <TrainProblem Problem, class Verifier, class Optimizer, class Device>
struct TrainError {
    using type = char;
};
template <class Verifier, class Optimizer, class Device>
struct TrainError<TrainProblem::run, Verifier, Optimizer, Device> {
    using type = typename RunError<find_run_problem<Verifier, Device>(), Verifier, Device>::type;
};
template <class Verifier, class Optimizer, class Device>
struct TrainError<TrainProblem::optimizer, Verifier, Optimizer, Device> {
    using type = not_an_optimizer<Optimizer>;
};
template <class Verifier, class Optimizer, class Device>
struct TrainError<TrainProblem::update, Verifier, Optimizer, Device> {
    using type = missing_optimizer_update<Optimizer, Device>;
};
template <class Verifier, class Optimizer, class Device>
struct TrainError<TrainProblem::trains, Verifier, Optimizer, Device> {
    using type = device_does_not_train<Device>;
};
template <class Verifier, class Optimizer, class Device>
struct TrainError<TrainProblem::backward, Verifier, Optimizer, Device> {
    using type = CanTrain<typename Verifier::Network, Device>;
};
template <class Verifier, class Optimizer, class Device>
struct TrainError<TrainProblem::loss, Verifier, Optimizer, Device> {
    using type = missing_loss_kernel<typename Verifier::Loss, typename Verifier::Features, Device>;
};

// Stands for a Trainer that cannot be, once the error has been given.
class NoTrainer : public AnyTrainer {
  public:
    struct Device {
        int threads = 1, index = 0;
    };
    struct Settings {
        batch_pairs batch{16};
        Device device{};
        Anything optimizer{}, loss{};
        std::uint64_t seed = 0;
        PairMining mining{};
        bool average_weights = false, keep_gradients = false;
        double input_limit = 1.0;
    };
    struct Plan {
        std::size_t total_bytes = 0;
        constexpr explicit Plan(Anything, Anything = {}, Anything = {}) {}
    };
    static constexpr std::size_t image_size = 1, feature_size = 1;

    explicit NoTrainer(const Settings&) {}
    StepResult step(std::span<const float>, std::span<const PairLabel>, double = 1.0,
                    std::span<const std::uint32_t> = {}) override {
        return {};
    }
    template <class... Arguments>
    StepResult compute_gradients(const Arguments&...) {
        return {};
    }
    void embed(std::span<const float>, std::span<float>) override {}
    void score(std::span<const float>, std::span<const float>, std::span<double>) override {}
    void update(double = 1.0) {}
    void update_statistics(std::span<const float>, double) override {}
    void update_average(double) override {}
    void swap_average() override {}
    std::size_t capacity_pairs() const override { return 0; }
    std::size_t minimum_pairs() const override { return 0; }
    Extents image_extents() const override { return {}; }
    std::size_t feature_count() const override { return 0; }
    std::size_t capacity_images() const override { return 0; }
    ScoreKind score_kind() const override { return {}; }
    std::string_view loss_name() const override { return {}; }
    std::optional<double> margin() const override { return {}; }
    double learning_rate() const override { return 0.0; }
    std::int64_t steps() const override { return 0; }
    void resume_at(std::int64_t) override {}
    std::vector<StoredTensor> weights() override { return {}; }
    std::vector<StoredTensor> gradients() { return {}; }
    std::vector<StoredTensor> optimizer_state() override { return {}; }
    std::vector<float> features(std::size_t) const { return {}; }
    Plan plan() const { return Plan({}); }
    Settings settings() const { return {}; }
};

/// `type`: the trainer on a kind of device; specialised beside each.
template <class Verifier, class Optimizer, class Device>
struct TrainerOn;

template <class Verifier, class Optimizer, class Device, TrainProblem Problem>
struct TrainerOrNone {
    using type = NoTrainer;
};
template <class Verifier, class Optimizer, class Device>
struct TrainerOrNone<Verifier, Optimizer, Device, TrainProblem::none> : TrainerOn<Verifier, Optimizer, Device> {};

}  // namespace detail

/// Trains Verifier (a Siamese) with Optimizer on Device: a CpuTrainer or a CudaTrainer, made of TrainerSettings. It can
/// be moved, not copied. A call throws Error while another thread's call of the same trainer is under way. Arguments
/// that do not fit are one compile-time error, which says what is wrong.
template <class VerifierType, class OptimizerType, class DeviceType>
class Trainer final
    : public detail::TrainerOrNone<VerifierType, OptimizerType, DeviceType,
                                   // (The size comes first: less is then written around an error inside Siamese.)
                                   sizeof(VerifierType) == 0
                                       ? detail::TrainProblem::run
                                       : detail::find_train_problem<VerifierType, OptimizerType, DeviceType>()>::type {
    static constexpr detail::TrainProblem problem =
        detail::find_train_problem<VerifierType, OptimizerType, DeviceType>();
    static_assert(sizeof(typename detail::TrainError<problem, VerifierType, OptimizerType, DeviceType>::type) > 0);
    using Base = typename detail::TrainerOrNone<VerifierType, OptimizerType, DeviceType, problem>::type;

  public:
    /// Throws Error when a setting makes no sense, the memory of the plan cannot be had, or there is no such GPU.
    explicit Trainer(const typename Base::Settings& settings) : Base(settings) {}
};

}  // namespace ditto
