// What a trainer on CUDA has in memory: its block on the GPU, the host's copy of weights and state, and the ways
// between.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "ditto/core/memory.hpp"
#include "ditto/device/cuda/convert.cuh"
#include "ditto/device/cuda/graph.cuh"
#include "ditto/losses/loss.hpp"
#include "ditto/model/model.hpp"
#include "ditto/trainer/step_exchange.cuh"
#include "ditto/trainer/trainer_base.hpp"

namespace ditto::detail {

template <class VerifierType, class OptimizerType, class DeviceType>
class CudaTrainerMemory : public TrainerBase<VerifierType, OptimizerType, DeviceType> {
    using Base = TrainerBase<VerifierType, OptimizerType, DeviceType>;

  public:
    std::vector<StoredTensor> weights() override {
        const auto call = enter();
        lend();
        return host_model_.tensors();
    }
    std::vector<StoredTensor> optimizer_state() override {
        const auto call = enter();
        lend();
        return optimizer_tensors(plan_, host_state_.data());
    }

  protected:
    using Base::image_size, Base::plan_, Base::settings_;
    using typename Base::Device, typename Base::Network, typename Base::Optimizer, typename Base::Plan;
    using typename Base::Settings, typename Base::Verifier;
    using A = typename Device::activation;

    explicit CudaTrainerMemory(const Settings& settings)
        : Base(settings, settings.device),
          owned_context_(std::make_unique<CudaContext>(settings.device.index)),
          device_{settings.device.threads, settings.device.index, owned_context_.get()},
          block_(plan_.total_bytes),
          host_state_(Plan::average_offset() + plan_.average_bytes),
          input_(settings.batch.images() * std::max(image_size, Base::feature_size) * sizeof(A)) {
        start(typename Device::convolutions{}, context(), settings.device.engines);
        device_.step = &scratch().values()->step;
        check_cuda(cudaMemsetAsync(block_.data(), 0, plan_.activation_offset(), context().stream()));
        host_model_ = ModelWeights<Verifier, float>(host_state_.data(), host_state_.data() + Plan::buffer_offset());
        host_model_.initialize(settings_.seed, std::max(1, settings_.device.threads));
        const ModelWeights<Verifier, float> model(block_.data(), block_.data() + Plan::buffer_offset());
        model.point(tensors_);
        for (std::size_t i = 0; i < Network::parameter_tensors; ++i)
            tensors_.gradients[i] = ModelWeights<Verifier, float>::at(gradient_section(), plan_.gradients[i]);
        tensors_.activations = block_.data() + plan_.activation_offset();
        upload();
    }

    CudaContext& context() const { return *owned_context_; }
    // Held by each call: see TrainerBase::enter.
    struct Call {
        ExclusiveUse::Call use;
        CurrentGpu gpu;
    };
    [[nodiscard]] Call enter() { return {Base::enter(), CurrentGpu(settings_.device.index)}; }
    static void check_cuda(cudaError_t status) { check(status, "copying"); }
    void copy_in(void* to, const void* from, std::size_t bytes) const {
        check_cuda(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, context().stream()));
    }
    void copy_out(void* to, const void* from, std::size_t bytes) const {
        check_cuda(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, context().stream()));
    }

    // --- The block on the GPU

    std::byte* gradient_section() const { return block_.data() + plan_.gradient_offset(); }
    std::byte* loss_section() const { return block_.data() + plan_.loss_offset(); }
    template <class To>
    To* loss_data(MemoryRange range) const {
        return reinterpret_cast<To*>(loss_section() + range.offset);
    }
    double* device_scores() const { return loss_data<double>(plan_.scores); }
    PairLabel* device_labels() const { return loss_data<PairLabel>(plan_.labels); }
    StepScratch<Optimizer> scratch() const {
        return {loss_section() + plan_.step_scratch.offset, settings_.mining.pairs(settings_.batch.count)};
    }
    std::byte* activation(std::size_t at) const {
        return tensors_.activations + plan_.activations.activation_offset(at);
    }

    // What the loss of a step of so many pairs reads and writes.
    LossCall<float, A> loss_call(std::size_t pairs) const {
        LossCall<float, A> call{};
        call.pairs = pairs;
        call.left = reinterpret_cast<const A*>(tensors_.activations + plan_.activations.output_offset());
        call.right = call.left + pairs * Base::feature_size;
        call.labels = device_labels();
        call.left_gradient = reinterpret_cast<A*>(tensors_.activations + plan_.activations.output_gradient_offset());
        call.right_gradient = call.left_gradient + pairs * Base::feature_size;
        call.scores = device_scores();
        call.loss = scratch().loss();
        call.parameters = ModelWeights<Verifier, float>::template head<const float>(block_.data());
        call.parameter_gradients =
            ModelWeights<Verifier, float>::template head<float>(gradient_section(), plan_.gradients);
        return call;
    }

    // For passes outside of a step's graph, and for a step after weights were changed otherwise than by an update.
    void prepare_weights() { prepare(!std::exchange(is_prepared_, true)); }
    // For a step's graph: the update of the step before has written the rounded ones.
    void prepare_all_but_rounded() { prepare(false); }
    void prepare(bool with_rounded) {
        prepare_parameters<Network>(device_, plan_.prepared, block_.data() + plan_.prepared_offset(), tensors_,
                                    with_rounded);
    }

    // --- The host's memory

    A* input() const { return reinterpret_cast<A*>(input_.data()); }
    void load_images(std::span<const float> images) { to_activations(images, input(), device_.threads); }
    void read_features(std::span<float> features) {
        std::vector<A> numbers(features.size());
        copy_out(numbers.data(), activation(plan_.activations.activations.size() - 1), numbers.size() * sizeof(A));
        context().wait();
        from_activations(numbers.data(), features);
    }

    // Weights and state, copied to the host for somebody who may change them, and back.
    void lend() {
        if (!lent_) copy_out(host_state_.data(), block_.data(), host_state_.bytes());
        context().wait();
        lent_ = true;
    }
    void take_back() {
        if (lent_) upload();
        lent_ = false;
    }
    void upload() {
        copy_in(block_.data(), host_state_.data(), host_state_.bytes());
        context().wait();
        is_prepared_ = false;
    }

    std::unique_ptr<CudaContext> owned_context_;  // its address must last
    Device device_;
    DeviceBlock block_;
    MemoryBlock host_state_;  // parameters, buffers, the optimizer's state: the beginning of the block
    PinnedBlock input_;
    ModelWeights<Verifier, float> host_model_;
    NetworkTensors<Network, float> tensors_{};
    bool lent_ = false;
    bool is_prepared_ = false;  // is what layers prepare of the weights that of the present ones?
};

}  // namespace ditto::detail
