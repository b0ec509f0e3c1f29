// Inference on CUDA: weights, what layers prepare of them and the activations of a pass are one block of the GPU's
// memory, and a pass is one captured graph for each number of images.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/core/memory.hpp"
#include "ditto/device/cuda/convert.cuh"
#include "ditto/device/cuda/graph.cuh"
#include "ditto/losses/cpu.hpp"
#include "ditto/model/inference.hpp"

namespace ditto {

/// As Inference on the CPU. weights() gives the host's copies, which the next embed takes to the GPU. Scores of pairs
/// are computed by the host, which has the features.
template <class VerifierType, CudaDevice DeviceType>
class Inference<VerifierType, DeviceType> {
  public:
    using Verifier = VerifierType;
    using Network = typename Verifier::Network;
    using Device = DeviceType;
    using A = typename Device::activation;
    using Plan = InferencePlan<Verifier, Device>;
    static constexpr std::size_t image_size = static_cast<std::size_t>(Verifier::Input::size);
    static constexpr std::size_t feature_size = static_cast<std::size_t>(Verifier::Features::size);

    /// For passes of up to `images` images. Throws Error when there is no such GPU or its memory does not suffice.
    explicit Inference(std::size_t images, const Device& device = {})
        : capacity_(images),
          context_(device.index),
          device_{device.threads, device.index, &context_},
          plan_(device_, images),
          block_(plan_.total_bytes),
          host_model_memory_(Plan::prepared_offset()),
          images_(std::max<std::size_t>(images, 1) * image_size * sizeof(A)),
          features_(std::max<std::size_t>(images, 1) * feature_size * sizeof(A)) {
        if (capacity_ < 1) throw Error("an Inference needs room for at least 1 image; got 0");
        detail::start(typename Device::convolutions{}, context_);
        host_model_ =
            Model<Verifier, float>(host_model_memory_.data(), host_model_memory_.data() + Plan::parameter_bytes);
        host_model_.initialize(0, std::max(1, device_.threads));
        Model<Verifier, float>(block_.data(), block_.data() + Plan::parameter_bytes).point(tensors_);
        tensors_.activations = block_.data() + plan_.activation_offset();
    }
    Inference(const Inference&) = delete;
    Inference& operator=(const Inference&) = delete;

    /// The features of any number of images: images [count, H, W, C] in [0, 1], features [count, features].
    void embed(std::span<const float> images, std::span<float> features) {
        const std::size_t count = images.size() / image_size;
        if (images.size() != count * image_size || features.size() != count * feature_size)
            throw Error("embed got " + std::to_string(images.size()) + " numbers of images and room for " +
                        std::to_string(features.size()) + " of features; an image has " + std::to_string(image_size) +
                        ", its features " + std::to_string(feature_size));
        if (!prepared_) {
            copy(block_.data(), host_model_memory_.data(), host_model_memory_.bytes(), cudaMemcpyHostToDevice);
            prepare_parameters<Network>(device_, plan_.prepared, block_.data() + Plan::prepared_offset(), tensors_);
            prepared_ = true;
        }
        for (std::size_t first = 0; first < count; first += capacity_) {
            const std::size_t now = std::min(capacity_, count - first);
            detail::to_activations(images.subspan(first * image_size, now * image_size),
                                   reinterpret_cast<A*>(images_.data()), device_.threads);
            pass_of(now).launch(context_);
            context_.wait();
            detail::from_activations(reinterpret_cast<const A*>(features_.data()),
                                     features.subspan(first * feature_size, now * feature_size));
        }
    }

    /// The distance or probability of pairs of features, each [pairs, features]: see Loss::score_kind.
    void score(std::span<const float> left, std::span<const float> right, std::span<double> scores) const {
        score_pairs<Verifier>(typename Verifier::Loss{}, Cpu<fp32>{std::max(1, device_.threads)},
                              Model<Verifier, float>::template head<const float>(host_model_memory_.data()), left,
                              right, scores);
    }

    /// The weights, under PyTorch's names, to be read from a file or written to one. Ask again for every change.
    std::vector<StoredTensor> weights() {
        prepared_ = false;
        return host_model_.tensors();
    }

    const Plan& plan() const { return plan_; }

  private:
    void copy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) const {
        detail::check(cudaMemcpyAsync(to, from, bytes, kind, context_.stream()), "copying");
    }

    // Images in, the network, features out.
    const detail::CudaGraph& pass_of(std::size_t count) {
        return passes_.of(count, context_, [&] {
            std::byte* at = tensors_.activations;
            copy(at + plan_.activations.activation_offset(0), images_.data(), count * image_size * sizeof(A),
                 cudaMemcpyHostToDevice);
            forward_pass<Network>(device_, plan_.activations, tensors_, {count});
            copy(features_.data(), at + plan_.activations.output_offset(), count * feature_size * sizeof(A),
                 cudaMemcpyDeviceToHost);
        });
    }

    std::size_t capacity_;
    detail::CudaContext context_;
    Device device_;
    Plan plan_;
    detail::DeviceBlock block_;
    MemoryBlock host_model_memory_;  // parameters and buffers: the beginning of the block
    detail::PinnedBlock images_, features_;
    Model<Verifier, float> host_model_;
    NetworkTensors<Network, float> tensors_{};
    detail::CudaGraphs passes_;
    bool prepared_ = false;
};

}  // namespace ditto
