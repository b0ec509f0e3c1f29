// Trainer on CUDA: a step is one captured graph for each number of pairs: copies in, network, loss, update, copies out.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/core/memory.hpp"
#include "ditto/device/cuda/convert.cuh"
#include "ditto/device/cuda/graph.cuh"
#include "ditto/model/score.hpp"
#include "ditto/network/images.cuh"
#include "ditto/trainer/cuda_held_images.cuh"
#include "ditto/trainer/cuda_trainer_memory.cuh"
#include "ditto/trainer/cuda_update.cuh"
#include "ditto/trainer/mined_loss.hpp"
#include "ditto/trainer/step_exchange.cuh"
#include "ditto/trainer/trainer.hpp"

namespace ditto {

/// What Trainer<Verifier, Optimizer, Cuda<...>> is. Weights and the optimizer's state live on the GPU; weights() and
/// optimizer_state() give copies in the host's memory, which the next step, embed or score takes back.
template <class VerifierType, class OptimizerType, class DeviceType>
class CudaTrainer : public detail::CudaTrainerMemory<VerifierType, OptimizerType, DeviceType> {
    using Base = detail::CudaTrainerMemory<VerifierType, OptimizerType, DeviceType>;
    using Base::activation, Base::block_, Base::check_cuda, Base::context, Base::copy_in, Base::copy_out;
    using Base::device_, Base::device_labels, Base::device_scores, Base::gradient_section, Base::host_model_;
    using Base::host_state_, Base::input, Base::input_, Base::load_images, Base::loss_section;
    using Base::is_prepared_, Base::lend, Base::plan_, Base::prepare_all_but_rounded, Base::prepare_weights,
        Base::read_features, Base::scratch, Base::settings_, Base::steps_, Base::take_back;
    using Base::tensors_;

  public:
    using Base::feature_size, Base::image_size, Base::step;
    using typename Base::Device, typename Base::Loss, typename Base::Network, typename Base::Optimizer;
    using typename Base::Plan, typename Base::Settings, typename Base::Verifier;
    using A = typename Device::activation;

    /// Throws Error when there is no such GPU or the memory of the plan cannot be had.
    explicit CudaTrainer(const Settings& settings) : Base(settings), exchange_(settings.batch.count) {}

    StepResult step(std::span<const float> images, std::span<const PairLabel> labels, double rate_factor = 1.0,
                    std::span<const std::uint32_t> people = {}) override {
        const auto call = this->enter();
        detail::require_rate_factor(rate_factor);
        require_images(labels, images, people);
        take_back();
        load_images(images);
        const StepResult result = run(step_graphs_, labels, rate_factor, [&] { ask_for_step(labels.size()); });
        ++steps_;
        return result;
    }

    /// As bytes, if beside the plan's block 256 MiB more than they and two batches take are free.
    bool hold_images(const ImageStore& store) override {
        const auto call = this->enter();
        store.require_extents(Verifier::Input::extents);
        for (detail::CudaGraphs& graphs : held_graphs_) graphs.clear();  // they know where the images before were
        images_.reset();
        images_ = HeldImages::of(store, device_, settings_.batch.images());
        return images_ != nullptr;
    }
    StepResult step_held(std::span<const ImageDraw> draws, std::span<const PairLabel> labels, double rate_factor,
                         std::span<const std::uint32_t> people = {}) override {
        const auto call = this->enter();
        require_held();
        detail::require_rate_factor(rate_factor);
        require_pairs(labels, draws.size(), true, people);
        take_back();
        const std::size_t place = images_->make(draws);
        images_->make_announced();
        const StepResult result = run(held_graphs_[place], labels, rate_factor,
                                      [&] { ask_for_gradients_and_update(labels.size(), images_->images(place)); });
        ++steps_;
        return result;
    }
    void announce_held(std::span<const ImageDraw> draws) override {
        const auto call = this->enter();
        require_held();
        images_->announce(draws);
    }

    /// Forward, loss and backward without the update: the gradients are then in gradients().
    StepResult compute_gradients(std::span<const float> images, std::span<const PairLabel> labels,
                                 std::span<const std::uint32_t> people = {}) {
        const auto call = this->enter();
        require_images(labels, images, people);
        take_back();
        load_images(images);
        return run(gradient_graphs_, labels, 1.0, [&] {
            copy_images(2 * labels.size());
            copy_values(labels.size());
            ask_for_gradients(labels.size());
        });
    }

    void update_average(double keep) override {
        detail::require_share(keep, "update_average");
        for_each_averaged(detail::MoveAverage{nullptr, nullptr, static_cast<float>(keep)});
    }
    void swap_average() override { for_each_averaged(detail::SwapAverage{}); }

    void update_statistics(std::span<const float> images, double keep) override {
        const auto call = this->enter();
        const std::size_t count = detail::require_statistics_images(images, keep, image_size, settings_.batch.images());
        this->require_images_of("update_statistics", images);
        take_back();
        load_images(images);
        copy_images(count);
        prepare_weights();
        float* statistics = reinterpret_cast<float*>(block_.data() + Plan::buffer_offset());
        std::vector<float> before(Plan::buffer_bytes / sizeof(float)), after(before.size());
        copy_out(before.data(), statistics, Plan::buffer_bytes);
        check_cuda(cudaMemsetAsync(statistics, 0, Plan::buffer_bytes, context().stream()));
        exchange_.values() = {static_cast<std::uint64_t>(steps_), 0.0, {}};
        copy_in(scratch().values(), &exchange_.values(), sizeof(StepValues));
        forward_pass<Network>(device_, plan_.activations, tensors_, {count, 1, true, {settings_.seed, 0, 0}});
        copy_out(after.data(), statistics, Plan::buffer_bytes);
        context().wait();
        detail::mix_statistics<float>(after.data(), before, keep);
        copy_in(statistics, after.data(), Plan::buffer_bytes);
        context().wait();
    }

    void embed(std::span<const float> images, std::span<float> features) override {
        const auto call = this->enter();
        take_back();
        prepare_weights();
        const auto pass = [&](std::size_t count, std::span<const float> some, std::span<float> theirs) {
            load_images(some);
            copy_images(count);
            forward_pass<Network>(device_, plan_.activations, tensors_, {count});
            read_features(theirs);
        };
        detail::embed_in_parts(*this, settings_.device, settings_.input_limit, images, features, pass);
    }

    void score(std::span<const float> left, std::span<const float> right, std::span<double> scores) override {
        const auto entered = this->enter();
        detail::require_features(left, right, scores.size(), feature_size);
        take_back();
        // Features stand where a pass leaves them, which has room for those of a batch.
        const std::size_t room = settings_.batch.count, last = plan_.activations.activations.size() - 1;
        for (std::size_t first = 0; first < scores.size(); first += room) {
            const std::size_t now = std::min(room, scores.size() - first);
            const std::size_t begin = first * feature_size, size = now * feature_size;
            detail::to_activations(left.subspan(begin, size), input(), device_.threads);
            detail::to_activations(right.subspan(begin, size), input() + size, device_.threads);
            copy_in(activation(last), input(), 2 * size * sizeof(A));
            LossCall<float, A> call{};
            call.pairs = now;
            call.left = reinterpret_cast<const A*>(activation(last));
            call.right = call.left + size;
            call.scores = device_scores();
            call.parameters = ModelWeights<Verifier, float>::template head<const float>(block_.data());
            Base::LossKernel::score(settings_.loss, device_, call);
            copy_out(scores.data() + first, device_scores(), now * sizeof(double));
            context().wait();
        }
        detail::require_finite_scores(scores);
    }

    /// The features of the last step, [2 * pairs, features]: left images, then right ones.
    std::vector<float> features(std::size_t pairs) {
        const auto call = this->enter();
        std::vector<float> all(2 * pairs * feature_size);
        read_features(all);
        return all;
    }
    /// Copies of the gradients of the last compute_gradients, under the parameters' names, valid until the next call.
    std::vector<StoredTensor> gradients() {
        const auto call = this->enter();
        host_gradients_.resize(plan_.gradient_bytes);
        copy_out(host_gradients_.data(), gradient_section(), plan_.gradient_bytes);
        context().wait();
        return ModelWeights<Verifier, float>::counterparts(host_gradients_.data(), "", plan_.gradients);
    }

  private:
    using HeldImages = detail::CudaHeldImages<Network, Device>;

    void require_held() const {
        if (!images_) throw Error("this trainer holds no images; give step() their numbers");
    }

    // And takes who is on each image to where the graph takes it from.
    void require_pairs(std::span<const PairLabel> labels, std::size_t images, bool whole,
                       std::span<const std::uint32_t> people) {
        this->require_step(labels, images, " images", whole && images == 2 * labels.size(), people);
        if (settings_.mining.negatives > 0) std::copy(people.begin(), people.end(), exchange_.people());
    }

    void require_images(std::span<const PairLabel> labels, std::span<const float> images,
                        std::span<const std::uint32_t> people) {
        require_pairs(labels, images.size() / image_size, images.size() % image_size == 0, people);
        this->require_images_of("a training step", images);
    }

    // body(number of the average, present number) for every parameter and running statistic.
    template <class Body>
    void for_each_averaged(Body body) {
        const auto call = this->enter();
        this->require_average();
        take_back();
        if (body.changes_weights) is_prepared_ = false;
        body.average = reinterpret_cast<float*>(block_.data() + Plan::average_offset());
        body.present = reinterpret_cast<float*>(block_.data());
        detail::for_each(device_, plan_.average_bytes / sizeof(float), body);
    }

    // Launches the graph of this number of pairs, recording what `ask` asks for if it is the first. The images are in
    // pinned memory already.
    template <class Ask>
    StepResult run(detail::CudaGraphs& graphs, std::span<const PairLabel> labels, double rate_factor, const Ask& ask) {
        const std::size_t pairs = labels.size();
        std::copy(labels.begin(), labels.end(), exchange_.labels());
        const auto same = static_cast<std::size_t>(std::count(labels.begin(), labels.end(), PairLabel::same));
        exchange_.values() = {static_cast<std::uint64_t>(steps_), settings_.optimizer.learning_rate * rate_factor,
                              settings_.mining.label_weights(pairs, same)};
        if (!is_prepared_) prepare_weights();
        graphs.of(pairs, context(), ask).launch(context().stream());
        context().wait();
        host_model_.count_batches(Verifier::Twin::groups);
        return {exchange_.loss(), {exchange_.scores(), pairs}};
    }

    // All that a step does on the GPU.
    void ask_for_step(std::size_t pairs) {
        copy_images(2 * pairs);
        ask_for_gradients_and_update(pairs);
    }
    void copy_images(std::size_t images) {
        std::byte* waiting = tensors_.activations + plan_.activations.waiting_images.offset;
        detail::copy_images_in<Network>(device_, images, input(), reinterpret_cast<A*>(waiting),
                                        reinterpret_cast<A*>(activation(0)));
    }

    void ask_for_gradients_and_update(std::size_t pairs, const A* images = nullptr) {
        copy_values(pairs);
        make_rule(device_, settings_.optimizer, scratch().values(), scratch().rule());
        detail::CudaUpdate<Verifier, Optimizer, Device> update(device_, plan_, block_.data(), scratch().rule());
        ask_for_gradients(pairs, update.hook(), images);
        update.finish();
    }
    void copy_values(std::size_t pairs) {
        copy_in(device_labels(), exchange_.labels(), pairs * sizeof(PairLabel));
        copy_in(scratch().values(), &exchange_.values(), sizeof(StepValues));
    }
    // From the images, unless null those at activation 0, to the gradients, the scores and the loss.
    void ask_for_gradients(std::size_t pairs, StageHook after_backward = {}, const A* images = nullptr) {
        prepare_all_but_rounded();
        auto tensors = tensors_;
        tensors.images = images;
        const PassCall pass{2 * pairs, Verifier::Twin::groups, true, {settings_.seed, 0, 0}, after_backward};
        forward_pass<Network>(device_, plan_.activations, tensors, pass);
        ask_for_loss(pairs);
        backward_pass<Network>(device_, plan_.activations, tensors, pass);
        copy_out(exchange_.scores(), device_scores(), pairs * sizeof(double));
        copy_out(&exchange_.loss(), scratch().loss(), sizeof(double));
    }
    void ask_for_loss(std::size_t given) {
        const auto run = [&](const LossCall<float, A>& call) {
            Base::LossKernel::forward_backward(settings_.loss, device_, call);
        };
        LossCall<float, A> call = this->loss_call(given);
        if (settings_.mining.negatives == 0) return run(call);
        call.label_weights = scratch().values()->label_weights.data();
        copy_in(this->template loss_data<std::uint32_t>(plan_.people), exchange_.people(),
                2 * given * sizeof(std::uint32_t));
        detail::with_mined_pairs(settings_.mining, typename Verifier::Features{}, device_,
                                 detail::mining_call(plan_, loss_section(), call), call, run);
    }
    std::vector<std::byte> host_gradients_;
    detail::StepExchange exchange_;
    std::unique_ptr<HeldImages> images_;
    detail::CudaGraphs step_graphs_, gradient_graphs_;
    std::array<detail::CudaGraphs, 2> held_graphs_;  // for each place of the images
};

namespace detail {
template <class Verifier, class Optimizer, class Precision, class Convolutions>
struct TrainerOn<Verifier, Optimizer, Cuda<Precision, Convolutions>> {
    using type = CudaTrainer<Verifier, Optimizer, Cuda<Precision, Convolutions>>;
};
}  // namespace detail

}  // namespace ditto
