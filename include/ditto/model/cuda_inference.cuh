// Inference on CUDA: weights, what layers prepare of them and the activations of a pass are one block of the GPU's
// memory, and a pass is one captured graph for each number of images.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/core/memory.hpp"
#include "ditto/device/cuda/convert.cuh"
#include "ditto/device/cuda/graph.cuh"
#include "ditto/losses/cpu.hpp"
#include "ditto/model/inference.hpp"
#include "ditto/model/score.hpp"
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

    /// For passes of up to `images` images. Throws Error when there is no such GPU or its memory does not suffice.
    explicit CudaInference(std::size_t images, const Device& device = {}, double input_limit = default_input_limit)
        : Base(images, device, input_limit),
          owned_context_(std::make_unique<detail::CudaContext>(device.index)),
          device_{device.threads, device.index, owned_context_.get()},
          block_(plan_.total_bytes),
          host_model_memory_(Plan::prepared_offset()),
          images_(images * image_size * sizeof(A)),
          features_(images * feature_size * sizeof(A)) {
        detail::start(typename Device::convolutions{}, context());
        host_model_ =
            ModelWeights<Verifier, float>(host_model_memory_.data(), host_model_memory_.data() + Plan::parameter_bytes);
        host_model_.initialize(0, std::max(1, device_.threads));
        ModelWeights<Verifier, float>(block_.data(), block_.data() + Plan::parameter_bytes).point(tensors_);
        tensors_.activations = block_.data() + plan_.activation_offset();
    }

    void embed(std::span<const float> images, std::span<float> features) override {
        const auto call = lock_.enter();
        const detail::CurrentGpu gpu(device_.index);
        if (!prepared_) {
            copy(block_.data(), host_model_memory_.data(), host_model_memory_.bytes(), cudaMemcpyHostToDevice);
            prepare_parameters<Network>(device_, plan_.prepared, block_.data() + Plan::prepared_offset(), tensors_);
            prepared_ = true;
        }
        const auto pass = [&](std::size_t count, std::span<const float> some, std::span<float> theirs) {
            detail::to_activations(some, reinterpret_cast<A*>(images_.data()), device_.threads);
            pass_of(count).launch(context());
            context().wait();
            detail::from_activations(reinterpret_cast<const A*>(features_.data()), theirs);
        };
        detail::embed_in_parts(*this, device_, input_limit_, images, features, pass);
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

    // Images in, the network, features out.
    const detail::CudaGraph& pass_of(std::size_t count) {
        return passes_.of(count, context(), [&] {
            std::byte* at = tensors_.activations;
            copy(at + plan_.activations.activation_offset(0), images_.data(), count * image_size * sizeof(A),
                 cudaMemcpyHostToDevice);
            forward_pass<Network>(device_, plan_.activations, tensors_, {count});
            copy(features_.data(), at + plan_.activations.output_offset(), count * feature_size * sizeof(A),
                 cudaMemcpyDeviceToHost);
        });
    }

    std::unique_ptr<detail::CudaContext> owned_context_;  // its address must last
    Device device_;
    detail::DeviceBlock block_;
    MemoryBlock host_model_memory_;  // parameters and buffers: the beginning of the block
    detail::PinnedBlock images_, features_;
    ModelWeights<Verifier, float> host_model_;
    NetworkTensors<Network, float> tensors_{};
    detail::CudaGraphs passes_;
    bool prepared_ = false;
};

namespace detail {
template <class Verifier, class Precision, class Convolutions>
struct InferenceOn<Verifier, Cuda<Precision, Convolutions>> {
    using type = CudaInference<Verifier, Cuda<Precision, Convolutions>>;
};
}  // namespace detail

}  // namespace ditto
