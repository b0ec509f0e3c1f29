// Inference on the CPU.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "ditto/core/memory.hpp"
#include "ditto/device/cpu/cpu.hpp"
#include "ditto/model/inference.hpp"
#include "ditto/model/score.hpp"
#include "ditto/network/pass.hpp"

namespace ditto {

/// What Inference<Verifier, Cpu<...>> is.
template <class VerifierType, class DeviceType>
class CpuInference : public detail::InferenceBase<VerifierType, DeviceType> {
    using Base = detail::InferenceBase<VerifierType, DeviceType>;
    using Base::input_limit_, Base::lock_, Base::plan_;

  public:
    using Base::feature_size, Base::image_size;
    using typename Base::Device, typename Base::Network, typename Base::Plan, typename Base::Verifier;
    using T = typename Device::scalar;

    /// For passes of up to `images` images. Throws Error when the memory cannot be had.
    explicit CpuInference(std::size_t images, const Device& device = {}, double input_limit = default_input_limit)
        : Base(images, detail::require_threads(device, "an Inference"), input_limit),
          device_(device),
          block_(plan_.total_bytes) {
        detail::poison(block_.data(), block_.bytes());
        std::byte* buffers = block_.data() + Plan::parameter_bytes;
        detail::open_tensors(block_.data(), Plan::model.parameters);
        detail::open_tensors(buffers, Plan::model.buffers);
        model_ = ModelWeights<Verifier, T>(block_.data(), buffers);
        model_.point(tensors_);
        tensors_.activations = block_.data() + plan_.activation_offset();
        for (const MemoryRange stage : plan_.prepared.stages)
            detail::unpoison(block_.data() + Plan::prepared_offset() + stage.offset, stage.bytes);
        model_.initialize(0, device_.threads);
    }

    void embed(std::span<const float> images, std::span<float> features) override {
        const auto call = lock_.enter();
        if (!prepared_) {
            prepare_parameters<Network>(device_, plan_.prepared, block_.data() + Plan::prepared_offset(), tensors_);
            prepared_ = true;
        }
        const auto pass = [&](std::size_t count, std::span<const float> some, std::span<float> theirs) {
            detail::guard_step<Device>(plan_.activations, tensors_.activations, 0);
            std::ranges::copy(some, at(plan_.activations.activation_offset(0)));
            forward_pass<Network>(device_, plan_.activations, tensors_, {count});
            std::copy_n(at(plan_.activations.output_offset()), theirs.size(), theirs.data());
        };
        detail::embed_in_parts(*this, device_, input_limit_, images, features, pass);
    }

    void score(std::span<const float> left, std::span<const float> right, std::span<double> scores) override {
        const auto call = lock_.enter();
        score_pairs<Verifier>(typename Verifier::Loss{}, device_,
                              ModelWeights<Verifier, T>::template head<const T>(block_.data()), left, right, scores);
    }

    /// The next embed prepares them anew.
    std::vector<StoredTensor> weights() override {
        const auto call = lock_.enter();
        prepared_ = false;
        return model_.tensors();
    }

  private:
    T* at(std::size_t offset) const { return reinterpret_cast<T*>(tensors_.activations + offset); }

    Device device_;
    MemoryBlock block_;
    ModelWeights<Verifier, T> model_;
    NetworkTensors<Network, T> tensors_{};
    bool prepared_ = false;
};

namespace detail {
template <class Verifier, class Precision, class Arch>
struct InferenceOn<Verifier, Cpu<Precision, Arch>> {
    using type = CpuInference<Verifier, Cpu<Precision, Arch>>;
};
}  // namespace detail

}  // namespace ditto
