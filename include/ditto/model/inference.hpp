// Inference: a trained Siamese network, frozen. It holds weights and one pass's activations, no gradients; it cannot be
// trained, because there is nothing to call. Here are its name and what may be its arguments; the devices specialise
// it.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "ditto/core/call_lock.hpp"
#include "ditto/core/error.hpp"
#include "ditto/model/embedder.hpp"
#include "ditto/model/inference_plan.hpp"
#include "ditto/model/require_inputs.hpp"
#include "ditto/network/gates.hpp"

namespace ditto {

namespace detail {

// What an Inference of all devices says of its network.
template <class VerifierType, class DeviceType>
class InferenceBase : public Embedder {
  public:
    using Verifier = VerifierType;
    using Network = typename Verifier::Network;
    using Device = DeviceType;
    using Plan = InferencePlan<Verifier, Device>;
    static constexpr std::size_t image_size = static_cast<std::size_t>(Verifier::Input::size);
    static constexpr std::size_t feature_size = static_cast<std::size_t>(Verifier::Features::size);

    Extents image_extents() const final { return Verifier::Input::extents; }
    std::size_t feature_count() const final { return feature_size; }
    std::size_t capacity_images() const final { return capacity_; }
    ScoreKind score_kind() const final { return Verifier::Loss::score_kind; }
    std::string_view loss_name() const final { return Verifier::Loss::name; }
    /// A frozen network is not told the margin that it was trained with: the file of its weights knows it.
    std::optional<double> margin() const final { return std::nullopt; }

    const Plan& plan() const { return plan_; }  ///< of the memory

  protected:
    InferenceBase(std::size_t images, const Device& device, double input_limit)
        : capacity_(images), plan_(device, images), input_limit_(require_input_limit(input_limit)) {
        if (capacity_ < 1) throw Error("an Inference needs room for at least 1 image; got 0");
    }

    std::size_t capacity_;
    Plan plan_;
    double input_limit_;
    CallLock lock_;  // held by each call
};

// Stands for an Inference that cannot be, once the error has been given.
class NoInference : public Embedder {
  public:
    struct Device {
        int threads = 1, index = 0;
    };
    struct Plan {
        std::size_t total_bytes = 0;
        constexpr explicit Plan(Anything, Anything = {}) {}
    };
    static constexpr std::size_t image_size = 1, feature_size = 1;
    Plan plan() const { return Plan({}); }
    NoInference(std::size_t, const Device&, double) {}
    void embed(std::span<const float>, std::span<float>) override {}
    void score(std::span<const float>, std::span<const float>, std::span<double>) override {}
    Extents image_extents() const override { return {}; }
    std::size_t feature_count() const override { return 0; }
    std::size_t capacity_images() const override { return 0; }
    ScoreKind score_kind() const override { return {}; }
    std::string_view loss_name() const override { return {}; }
    std::optional<double> margin() const override { return {}; }
    std::vector<StoredTensor> weights() override { return {}; }
};

/// `type`: the inference on a kind of device; specialised beside each.
template <class Verifier, class Device>
struct InferenceOn;

/// `type`: the device that scores pairs of features.
template <class Device>
struct ScorerOf {
    using type = Device;
};

template <class Verifier, class Device>
inline constexpr RunProblem inference_problem = find_run_problem<Verifier, Device, typename ScorerOf<Device>::type>();

template <class Verifier, class Device, RunProblem Problem>
struct InferenceOrNone {
    using type = NoInference;
};
template <class Verifier, class Device>
struct InferenceOrNone<Verifier, Device, RunProblem::none> : InferenceOn<Verifier, Device> {};

}  // namespace detail

/// Runs Verifier (a Siamese) on Device: a CpuInference or a CudaInference. The weights start as a fresh network's; fill
/// them through weights(). It can be moved, not copied. Several threads may call one: their calls wait for one another,
/// so that each thread with an Inference of its own is faster. Arguments that do not fit are one compile-time error,
/// which says what is wrong.
template <class VerifierType, class DeviceType>
class Inference final : public detail::InferenceOrNone<VerifierType, DeviceType,
                                                       detail::inference_problem<VerifierType, DeviceType>>::type {
    static constexpr detail::RunProblem problem = detail::inference_problem<VerifierType, DeviceType>;
    static_assert(sizeof(typename detail::RunError<problem, VerifierType, DeviceType,
                                                   typename detail::ScorerOf<DeviceType>::type>::type) > 0);
    using Base = typename detail::InferenceOrNone<VerifierType, DeviceType, problem>::type;

  public:
    /// For passes of up to `images` images, which is the first argument; the device is the second. Numbers of images
    /// beyond `input_limit` are refused. Throws Error when the memory cannot be had, or there is no such GPU.
    explicit Inference(std::size_t images, const typename Base::Device& device = {},
                       double input_limit = default_input_limit)
        : Base(images, device, input_limit) {}
};

}  // namespace ditto
