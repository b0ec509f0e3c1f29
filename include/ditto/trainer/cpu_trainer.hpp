// Trainer on the CPU: a Siamese network and an optimizer in one block of memory, and the step that trains it.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/core/tensor.hpp"
#include "ditto/model/score.hpp"
#include "ditto/optim/cpu.hpp"
#include "ditto/trainer/mined_loss.hpp"
#include "ditto/trainer/streamed_update.hpp"
#include "ditto/trainer/trainer.hpp"

namespace ditto {

/// A processor needs nothing besides.
template <class Optimizer, class Precision, class Arch>
struct StepScratchBytes<Optimizer, Cpu<Precision, Arch>> {
    static constexpr std::size_t value(std::size_t /*pairs*/) { return 0; }
};

/// What Trainer<Verifier, Optimizer, Cpu<...>> is. All memory is one block, laid out by Plan; after construction a step
/// allocates nothing of its own, and keeps nothing of what OpenBLAS takes for small products.
template <class VerifierType, class OptimizerType, class DeviceType>
class CpuTrainer : public detail::TrainerBase<VerifierType, OptimizerType, DeviceType> {
    using Base = detail::TrainerBase<VerifierType, OptimizerType, DeviceType>;
    using Base::plan_, Base::settings_, Base::steps_;

  public:
    using Base::feature_size, Base::image_size, Base::step;
    using typename Base::Device, typename Base::Loss, typename Base::Network, typename Base::Optimizer;
    using typename Base::Plan, typename Base::Settings, typename Base::Verifier;
    using T = typename Device::scalar;

    /// Throws Error when the memory of the plan cannot be had.
    explicit CpuTrainer(const Settings& settings)
        : Base(settings, detail::require_threads(settings.device, "a Trainer")), block_(plan_.total_bytes) {
        detail::poison(block_.data(), block_.bytes());
        detail::open_tensors(block_.data(), Plan::model.parameters);
        detail::open_tensors(buffer_section(), Plan::model.buffers);
        detail::open_tensors(gradient_section(), plan_.gradients);
        for (std::size_t i = 0; i < Optimizer::state_tensors; ++i)
            detail::open_tensors(optimizer_section(i), Plan::model.parameters);
        if (settings_.average_weights) {
            detail::open_tensors(average_section(), Plan::model.parameters);
            detail::open_tensors(average_section() + Plan::parameter_bytes, Plan::model.buffers);
        }
        for (const MemoryRange range : plan_.loss_tensors()) detail::unpoison(loss_data<std::byte>(range), range.bytes);

        model_ = ModelWeights<Verifier, T>(block_.data(), buffer_section());
        model_.point(tensors_);
        for (std::size_t i = 0; i < Network::parameter_tensors; ++i)
            if (plan_.gradients[i].bytes > 0)
                tensors_.gradients[i] = ModelWeights<Verifier, T>::at(gradient_section(), plan_.gradients[i]);
        tensors_.activations = block_.data() + plan_.activation_offset();
        model_.initialize(settings_.seed, settings_.device.threads);
    }

    StepResult step(std::span<const float> images, std::span<const PairLabel> pair_labels, double rate_factor = 1.0,
                    std::span<const std::uint32_t> people = {}) override {
        const auto call = this->enter();
        detail::require_rate_factor(rate_factor);
        const detail::StreamedUpdate<Optimizer, Device> streamed(tensors_.stream, settings_.optimizer, sections(),
                                                                 next_update(rate_factor));
        const StepResult result = run_pass(images, pair_labels, people, true);
        if (std::isfinite(result.loss))
            update_rest(rate_factor);
        else
            ++steps_;  // without an update, so that the weights still tell where it comes from
        return result;
    }

    /// Forward, loss and backward without the update: the gradients are then in gradients(). Number is float or double.
    /// Throws Error unless every gradient has a place in memory (Settings::keep_gradients).
    template <class Number>
    StepResult compute_gradients(std::span<const Number> images, std::span<const PairLabel> pair_labels,
                                 std::span<const std::uint32_t> people = {}) {
        const auto call = this->enter();
        require_kept_gradients("compute_gradients");
        return run_pass(images, pair_labels, people, false);
    }
    StepResult compute_gradients(std::span<const float> images, std::span<const PairLabel> pair_labels,
                                 std::span<const std::uint32_t> people = {}) {
        return compute_gradients<float>(images, pair_labels, people);
    }

    /// One update of every parameter whose gradient is in memory: of all, after compute_gradients.
    void update(double rate_factor = 1.0) {
        const auto call = this->enter();
        detail::require_rate_factor(rate_factor);
        update_rest(rate_factor);
    }

    void update_average(double keep) override {
        detail::require_share(keep, "update_average");
        const auto kept = static_cast<T>(keep), taken = static_cast<T>(1.0 - keep);
        for_each_averaged([&](T& average, T& present) { average = kept * average + taken * present; });
    }
    void swap_average() override {
        for_each_averaged([](T& average, T& present) { std::swap(average, present); });
    }

    void update_statistics(std::span<const float> images, double keep) override {
        const auto call = this->enter();
        const std::size_t count = detail::require_statistics_images(images, keep, image_size, settings_.batch.images());
        this->require_images_of("update_statistics", images);
        std::array<std::vector<T>, Network::buffer_tensors> before;
        for (std::size_t i = 0; i < before.size(); ++i) {
            T* numbers = model_.buffer(i);
            before[i].assign(numbers, numbers + Plan::model.buffers[i].bytes / sizeof(T));
            std::fill_n(numbers, before[i].size(), T(0));
        }
        load_images(images);
        forward_pass<Network>(settings_.device, plan_.activations, tensors_,
                              {count, 1, true, this->training_pass(count).random});
        for (std::size_t i = 0; i < before.size(); ++i) detail::mix_statistics<T>(model_.buffer(i), before[i], keep);
    }

    void embed(std::span<const float> images, std::span<float> features) override {
        const auto call = this->enter();
        const auto pass = [&](std::size_t count, std::span<const float> some, std::span<float> theirs) {
            load_images(some);
            forward_pass<Network>(settings_.device, plan_.activations, tensors_, {count});
            std::copy_n(feature_data(), theirs.size(), theirs.begin());
        };
        detail::embed_in_parts(*this, settings_.device, settings_.input_limit, images, features, pass);
    }

    void score(std::span<const float> left, std::span<const float> right, std::span<double> pair_scores) override {
        const auto call = this->enter();
        score_pairs<Verifier>(settings_.loss, settings_.device,
                              ModelWeights<Verifier, T>::template head<const T>(block_.data()), left, right,
                              pair_scores);
    }

    /// The features of the last step, [2 * pairs, features]: left images, then right ones. A view, until the next call.
    auto features(std::size_t pairs) const {
        return batch_view(feature_data(), 2 * pairs, typename Verifier::Features{});
    }

    /// The gradients of the last compute_gradients, under the parameters' names. Throws Error as compute_gradients
    /// does.
    std::vector<StoredTensor> gradients() {
        const auto call = this->enter();
        require_kept_gradients("gradients");
        return ModelWeights<Verifier, T>::counterparts(gradient_section(), "", plan_.gradients);
    }
    std::vector<StoredTensor> weights() override {
        const auto call = this->enter();
        return model_.tensors();
    }
    std::vector<StoredTensor> optimizer_state() override {
        const auto call = this->enter();
        return optimizer_tensors(plan_, block_.data());
    }

  private:
    std::byte* buffer_section() const { return block_.data() + Plan::buffer_offset(); }
    std::byte* average_section() const { return block_.data() + Plan::average_offset(); }
    std::byte* gradient_section() const { return block_.data() + plan_.gradient_offset(); }
    std::byte* optimizer_section(std::size_t index) const {
        return block_.data() + Plan::optimizer_offset() + index * Plan::parameter_bytes;
    }
    template <class To>
    To* loss_data(MemoryRange range) const {
        return reinterpret_cast<To*>(block_.data() + plan_.loss_offset() + range.offset);
    }
    double* scores() const { return loss_data<double>(plan_.scores); }
    PairLabel* labels() const { return loss_data<PairLabel>(plan_.labels); }
    T* feature_data() const { return activation_data(plan_.activations.output_offset()); }
    T* activation_data(std::size_t offset) const { return reinterpret_cast<T*>(tensors_.activations + offset); }

    ParameterSections sections() const {
        ParameterSections all{Plan::model.parameters, plan_.gradients, block_.data(), gradient_section(), {}};
        for (std::size_t i = 0; i < Optimizer::state_tensors; ++i) all.state_sections[i] = optimizer_section(i);
        return all;
    }
    // Updates what no stream has updated; a step is done.
    void update_rest(double rate_factor) {
        update_parameters(settings_.device, settings_.optimizer, sections(), next_update(rate_factor));
        ++steps_;
    }
    UpdateStep next_update(double rate_factor) const {
        return {steps_ + 1, settings_.optimizer.learning_rate * rate_factor};
    }

    // body(average, present) for every parameter and every running statistic.
    template <class Body>
    void for_each_averaged(const Body& body) {
        const auto call = this->enter();
        this->require_average();
        const auto each = [&](std::byte* average, std::byte* present, const auto& ranges) {
            for (const MemoryRange range : ranges) {
                T *to = ModelWeights<Verifier, T>::at(average, range),
                  *from = ModelWeights<Verifier, T>::at(present, range);
                parallel_chunks(range.bytes / sizeof(T), 1 << 16, settings_.device.threads,
                                [&](std::size_t first, std::size_t last) {
                                    for (std::size_t i = first; i < last; ++i) body(to[i], from[i]);
                                });
            }
        };
        each(average_section(), block_.data(), Plan::model.parameters);
        each(average_section() + Plan::parameter_bytes, buffer_section(), Plan::model.buffers);
    }

    void require_kept_gradients(const std::string& caller) const {
        for (std::size_t i = 0; i < Verifier::parameter_tensors; ++i)
            if (plan_.gradients[i].bytes == 0)
                throw Error(caller + " has no memory for the gradient of " + Verifier::parameter_name(i) +
                            ", which a step updates in pieces; make the Trainer with keep_gradients = true");
    }
    // Forward, loss and backward; with `only_finite` no backward from a loss that is not finite.
    template <class Number>
    StepResult run_pass(std::span<const Number> images, std::span<const PairLabel> pair_labels,
                        std::span<const std::uint32_t> people, bool only_finite) {
        const std::size_t pairs = pair_labels.size();
        this->require_step(pair_labels, images.size(), " values of images", images.size() == 2 * pairs * image_size,
                           people);
        this->require_images_of("a training step", images);
        const PassCall pass = this->training_pass(2 * pairs);
        load_images(images);
        forward_pass<Network>(settings_.device, plan_.activations, tensors_, pass);
        model_.count_batches(pass.groups);
        std::copy(pair_labels.begin(), pair_labels.end(), labels());
        const double loss = run_loss(pairs, people);
        if (!only_finite || std::isfinite(loss))
            backward_pass<Network>(settings_.device, plan_.activations, tensors_, pass);
        return {loss, {scores(), pairs}};
    }

    // Copies images to where the network reads its input.
    template <class Number>
    void load_images(std::span<const Number> images) {
        detail::guard_step<Device>(plan_.activations, tensors_.activations, 0);
        T* input = activation_data(plan_.activations.activation_offset(0));
        parallel_for(images.size() / image_size, settings_.device.threads, [&](std::size_t image) {
            const std::size_t begin = image * image_size;
            for (std::size_t i = begin; i < begin + image_size; ++i) input[i] = static_cast<T>(images[i]);
        });
    }

    double run_loss(std::size_t given, std::span<const std::uint32_t> people) {
        const auto run = [&](const LossCall<T>& call) {
            return Base::LossKernel::forward_backward(settings_.loss, settings_.device, call);
        };
        LossCall<T> call = loss_call(given);
        if (settings_.mining.negatives == 0) return run(call);
        const auto same = std::count(labels(), labels() + given, PairLabel::same);
        const auto weights = settings_.mining.label_weights(given, static_cast<std::size_t>(same));
        call.label_weights = weights.data();
        std::copy(people.begin(), people.end(), loss_data<std::uint32_t>(plan_.people));
        return detail::with_mined_pairs(settings_.mining, typename Verifier::Features{}, settings_.device,
                                        detail::mining_call(plan_, loss_data<std::byte>({}), call), call, run);
    }

    LossCall<T> loss_call(std::size_t pairs) const {
        LossCall<T> call{};
        call.pairs = pairs;
        call.left = feature_data();
        call.right = call.left + pairs * feature_size;
        call.labels = labels();
        call.left_gradient = activation_data(plan_.activations.output_gradient_offset());
        call.right_gradient = call.left_gradient + pairs * feature_size;
        call.scores = scores();
        call.parameters = ModelWeights<Verifier, T>::template head<const T>(block_.data());
        call.parameter_gradients = ModelWeights<Verifier, T>::template head<T>(gradient_section(), plan_.gradients);
        return call;
    }

    MemoryBlock block_;
    ModelWeights<Verifier, T> model_;
    NetworkTensors<Network, T> tensors_{};
};

namespace detail {
template <class Verifier, class Optimizer, class Precision, class Arch>
struct TrainerOn<Verifier, Optimizer, Cpu<Precision, Arch>> {
    using type = CpuTrainer<Verifier, Optimizer, Cpu<Precision, Arch>>;
};
}  // namespace detail

}  // namespace ditto
