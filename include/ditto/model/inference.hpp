// Inference: a trained Siamese network, frozen. It holds weights and one pass's activations, no gradients; it cannot be
// trained, because there is nothing to call.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "ditto/core/tensor.hpp"
#include "ditto/model/model.hpp"
#include "ditto/model/score.hpp"

namespace ditto {

/// What an Inference keeps in its block, in order: parameters, buffers, what layers prepare of them, activations.
template <class Verifier, class Device>
struct InferencePlan {
    using Network = typename Verifier::Network;
    static constexpr ModelLayout<Verifier, typename Device::scalar> model{};
    static constexpr std::size_t parameter_bytes = model.parameter_bytes;
    static constexpr std::size_t buffer_bytes = model.buffer_bytes;
    PreparedLayout<Network, Device> prepared;
    PassPlan<Network, Device> activations{};
    std::size_t total_bytes = 0;

    constexpr InferencePlan(const Device& device, std::size_t images)
        : prepared(),
          activations(plan_activations<Network>(device, {images, device.threads, false})),
          total_bytes(activation_offset() + activations.bytes) {}

    static constexpr std::size_t prepared_offset() { return parameter_bytes + buffer_bytes; }
    constexpr std::size_t activation_offset() const { return prepared_offset() + prepared.bytes; }
};

/// The memory that an Inference takes for passes of up to `images` images on `count` threads.
template <class Frozen>
constexpr auto inference_plan(std::size_t images, threads count = threads{2}) {
    return typename Frozen::Plan(typename Frozen::Device{count.count}, images);
}

/// Runs Verifier (a Siamese) on Device. The weights start as a fresh network's; fill them through weights().
template <class VerifierType, class DeviceType>
class Inference {
  public:
    using Verifier = VerifierType;
    using Network = typename Verifier::Network;
    using Device = DeviceType;
    using T = typename Device::scalar;
    using Plan = InferencePlan<Verifier, Device>;
    static constexpr std::size_t image_size = static_cast<std::size_t>(Verifier::Input::size);
    static constexpr std::size_t feature_size = static_cast<std::size_t>(Verifier::Features::size);

    /// For passes of up to `images` images. Throws Error when the memory cannot be had.
    explicit Inference(std::size_t images, const Device& device = {})
        : device_(device), capacity_(images), plan_(device, images), block_(plan_.total_bytes) {
        if (device_.threads < 1 || capacity_ < 1)
            throw Error("an Inference needs at least 1 thread and room for 1 image; got " +
                        std::to_string(device_.threads) + " and " + std::to_string(capacity_));
        prepare(device_);
        detail::poison(block_.data(), block_.bytes());
        std::byte* buffers = block_.data() + Plan::parameter_bytes;
        detail::open_tensors(block_.data(), Plan::model.parameters);
        detail::open_tensors(buffers, Plan::model.buffers);
        model_ = Model<Verifier, T>(block_.data(), buffers);
        model_.point(tensors_);
        tensors_.activations = block_.data() + plan_.activation_offset();
        for (const MemoryRange stage : plan_.prepared.stages)
            detail::unpoison(block_.data() + Plan::prepared_offset() + stage.offset, stage.bytes);
        model_.initialize(0, device_.threads);
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
            prepare_parameters<Network>(device_, plan_.prepared, block_.data() + Plan::prepared_offset(), tensors_);
            prepared_ = true;
        }
        for (std::size_t first = 0; first < count; first += capacity_) {
            const std::size_t now = std::min(capacity_, count - first);
            detail::guard_step<Device>(plan_.activations, tensors_.activations, 0);
            const float* from = images.data() + first * image_size;
            std::copy_n(from, now * image_size, at(plan_.activations.activation_offset(0)));
            forward_pass<Network>(device_, plan_.activations, tensors_, {now});
            std::copy_n(at(plan_.activations.output_offset()), now * feature_size,
                        features.data() + first * feature_size);
        }
    }

    /// The distance or probability of pairs of features, each [pairs, features]: see Loss::score_kind.
    void score(std::span<const float> left, std::span<const float> right, std::span<double> scores) const {
        score_pairs<Verifier>(typename Verifier::Loss{}, device_,
                              Model<Verifier, T>::template head<const T>(block_.data()), left, right, scores);
    }

    /// The weights, under PyTorch's names, to be read from a file or written to one. Ask again for every change: the
    /// next embed then prepares them anew.
    std::vector<StoredTensor> weights() {
        prepared_ = false;
        return model_.tensors();
    }

    const Plan& plan() const { return plan_; }

  private:
    T* at(std::size_t offset) const { return reinterpret_cast<T*>(tensors_.activations + offset); }

    Device device_;
    std::size_t capacity_;
    Plan plan_;
    MemoryBlock block_;
    Model<Verifier, T> model_;
    NetworkTensors<Network, T> tensors_{};
    bool prepared_ = false;
};

}  // namespace ditto
