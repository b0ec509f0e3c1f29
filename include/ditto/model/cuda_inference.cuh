// Inference on CUDA: weights, what layers prepare of them and the activations of a pass are one block of the GPU's
// memory, and a pass is one captured graph for each number of images. More images than a pass takes go through in
// parts: the GPU computes one, while it copies the next and the host converts the one after that.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/core/memory.hpp"
#include "ditto/device/cuda/convert.cuh"
#include "ditto/device/cuda/graph.cuh"
#include "ditto/device/cuda/streams.cuh"
#include "ditto/losses/cpu.hpp"
#include "ditto/model/inference.hpp"
#include "ditto/model/score.hpp"
#include "ditto/network/images.cuh"
#include "ditto/network/pass.hpp"

namespace ditto {

namespace detail {
template <CudaDevice Device>
struct ScorerOf<Device> {
    using type = Cpu<fp32>;
};
}  // namespace detail

/// What Inference<Verifier, Cuda<...>> is. weights() gives the host's copies, which the next embed takes to the GPU.
/// Scores of pairs are computed by the host, which has the features.
template <class VerifierType, class DeviceType>
class CudaInference : public detail::InferenceBase<VerifierType, DeviceType> {
    using Base = detail::InferenceBase<VerifierType, DeviceType>;
    using Base::input_limit_, Base::lock_, Base::plan_;

  public:
    using Base::feature_size, Base::image_size;
    using typename Base::Device, typename Base::Network, typename Base::Plan, typename Base::Verifier;
    using A = typename Device::activation;

    /// For up to `images` images at once. Throws Error when there is no such GPU or its memory does not suffice.
    explicit CudaInference(std::size_t images, const Device& device = {}, double input_limit = default_input_limit)
        : Base(images, device, input_limit),
          owned_context_(std::make_unique<detail::CudaContext>(device.index)),
          device_{device.threads, device.index, owned_context_.get()},
          block_(plan_.total_bytes),
          host_model_memory_(Plan::prepared_offset()),
          slots_{slot(), slot()} {
        detail::start(typename Device::convolutions{}, context(), device.engines);
        host_model_ =
            ModelWeights<Verifier, float>(host_model_memory_.data(), host_model_memory_.data() + Plan::parameter_bytes);
        host_model_.initialize(0, std::max(1, device_.threads));
        ModelWeights<Verifier, float>(block_.data(), block_.data() + Plan::parameter_bytes).point(tensors_);
        tensors_.activations = block_.data() + plan_.activation_offset();
    }

    /// Where it throws, `features` may hold those of the first images.
    void embed(std::span<const float> images, std::span<float> features) override {
        const auto call = lock_.enter();
        const detail::CurrentGpu gpu(device_.index);
        const std::size_t count = detail::require_whole_images(*this, images, features);
        // (What is wrong with images is said as if all had been looked at first.)
        const auto load = [&](std::span<const float> some, const Slot& slot) {
            A* activations = reinterpret_cast<A*>(slot.images.data());
            if (!detail::to_activations_within(some, input_limit_, activations, device_.threads))
                detail::require_inputs<Device>(images, image_size, input_limit_, device_.threads, "embed");
        };
        prepare();
        std::size_t turn = 0;  // whose slot the next part takes
        const auto pass = [&](std::size_t now, std::span<const float> some, std::span<float> theirs) {
            Slot& slot = slots_[turn];
            if (now == count) {
                load(some, slot);
                whole_pass(now);
                read(slot, theirs);
                return;
            }
            turn = 1 - turn;
            slot.copied.wait();
            load(some, slot);
            read_waiting(slot);
            start_part(now, slot);
            slot.waiting = theirs;
        };
        try {
            detail::for_each_part(count, plan_.pass_images, images, features, pass);
            read_waiting(slots_[turn]);
            read_waiting(slots_[1 - turn]);
        } catch (...) {
            settle();
            throw;
        }
        detail::require_finite_features(features, feature_size);
    }

    void score(std::span<const float> left, std::span<const float> right, std::span<double> scores) override {
        const auto call = lock_.enter();
        score_pairs<Verifier>(
            typename Verifier::Loss{}, typename detail::ScorerOf<Device>::type{std::max(1, device_.threads)},
            ModelWeights<Verifier, float>::template head<const float>(host_model_memory_.data()), left, right, scores);
    }

    std::vector<StoredTensor> weights() override {
        const auto call = lock_.enter();
        prepared_ = false;
        return host_model_.tensors();
    }

  private:
    detail::CudaContext& context() const { return *owned_context_; }
    void copy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) const {
        detail::check(cudaMemcpyAsync(to, from, bytes, kind, context().stream()), "copying");
    }

    // Pinned memory for the images of a pass and their features. With two of them the host fills one while the GPU
    // copies from the other.
    struct Slot {
        detail::PinnedBlock images, features;
        detail::CudaEvent copied, done;  // the images of a part, all of it
        std::span<float> waiting = {};   // for the features of a part that is under way
    };
    Slot slot() const {
        return {detail::PinnedBlock(plan_.pass_images * image_size * sizeof(A)),
                detail::PinnedBlock(plan_.pass_images * feature_size * sizeof(A)),
                {},
                {}};
    }

    A* input() const { return reinterpret_cast<A*>(tensors_.activations + plan_.activations.activation_offset(0)); }
    A* waiting() const { return reinterpret_cast<A*>(block_.data() + plan_.waiting_offset()); }
    const std::byte* output() const { return tensors_.activations + plan_.activations.output_offset(); }

    // Takes the weights to the GPU when they may have changed.
    void prepare() {
        if (prepared_) return;
        copy(block_.data(), host_model_memory_.data(), host_model_memory_.bytes(), cudaMemcpyHostToDevice);
        prepare_parameters<Network>(device_, plan_.prepared, block_.data() + Plan::prepared_offset(), tensors_);
        prepared_ = true;
    }

    // Images of the first slot in, the network, features out, as one graph.
    void whole_pass(std::size_t count) {
        const Slot& slot = slots_[0];
        const auto& graph = passes_.of(count, context(), [&] {
            detail::copy_images_in<Network>(device_, count, reinterpret_cast<const A*>(slot.images.data()), waiting(),
                                            input());
            forward_pass<Network>(device_, plan_.activations, tensors_, {count});
            copy(slot.features.data(), output(), count * feature_size * sizeof(A), cudaMemcpyDeviceToHost);
        });
        graph.launch(context().stream());
        context().wait();
    }

    // The images wait on the GPU until the part before has taken its own to where the network begins.
    void start_part(std::size_t count, const Slot& slot) {
        const auto& graph = part_passes_.of(
            count, context(), [&] { forward_pass<Network>(device_, plan_.activations, tensors_, {count}); });
        const std::size_t bytes = count * image_size * sizeof(A);
        taken_.hold(copies_.get());
        detail::check(cudaMemcpyAsync(waiting(), slot.images.data(), bytes, cudaMemcpyHostToDevice, copies_.get()),
                      "copying");
        slot.copied.record(copies_.get());
        slot.copied.hold(context().stream());
        detail::take_images<Network>(device_, count, waiting(), input());
        taken_.record(context().stream());
        graph.launch(context().stream());
        copy(slot.features.data(), output(), count * feature_size * sizeof(A), cudaMemcpyDeviceToHost);
        slot.done.record(context().stream());
    }

    static void read(const Slot& slot, std::span<float> features) {
        detail::from_activations(reinterpret_cast<const A*>(slot.features.data()), features);
    }
    // The features of the part that the slot is of, if there is one.
    static void read_waiting(Slot& slot) {
        if (slot.waiting.empty()) return;
        slot.done.wait();
        read(slot, slot.waiting);
        slot.waiting = {};
    }
    // After an exception: lets what is under way end, and forgets it.
    void settle() noexcept {
        cudaStreamSynchronize(copies_.get());
        cudaStreamSynchronize(context().stream());
        for (Slot& slot : slots_) slot.waiting = {};
    }

    std::unique_ptr<detail::CudaContext> owned_context_;  // its address must last
    Device device_;
    detail::DeviceBlock block_;
    MemoryBlock host_model_memory_;  // parameters and buffers: the beginning of the block
    std::array<Slot, 2> slots_;
    detail::CudaStream copies_;  // of images to the GPU
    detail::CudaEvent taken_;    // the images that waited on the GPU
    ModelWeights<Verifier, float> host_model_;
    NetworkTensors<Network, float> tensors_{};
    detail::CudaGraphs passes_, part_passes_;
    bool prepared_ = false;
};

namespace detail {
template <class Verifier, class Precision, class Convolutions>
struct InferenceOn<Verifier, Cuda<Precision, Convolutions>> {
    using type = CudaInference<Verifier, Cuda<Precision, Convolutions>>;
};
}  // namespace detail

}  // namespace ditto
