// What may be trained and run: errors, one for each wrong argument, of what takes a Siamese network and a device.
#pragma once

#include <cstddef>

#include "ditto/device/device.hpp"
#include "ditto/network/execution.hpp"
#include "ditto/network/siamese.hpp"

namespace ditto {

/// The error of a first argument that is no Siamese.
template <class Given>
struct not_a_siamese {
    static_assert(
        sizeof(Given*) == 0,
        "ditto: the first argument of a Trainer or an Inference is a Siamese<Network, Loss>; of a network alone, "
        "make one with Siamese<Network, ContrastiveLoss>, say");
};
/// The error of a device that is none.
template <class Given>
struct not_a_device {
    static_assert(sizeof(Given*) == 0,
                  "ditto: the last argument of a Trainer or an Inference is a device: Cpu<fp32> or Cpu<fp64>, or, in a "
                  "file that is compiled as CUDA, Cuda<fp32>, Cuda<tf32> or Cuda<bf16>");
};
/// The error of a loss that a device has no kernel for.
template <class Loss, class Features, class Device>
struct missing_loss_kernel {
    static_assert(sizeof(Loss*) == 0,
                  "ditto: this device has no kernel for this loss; derive it from DistanceLoss or CrossEntropyLoss, or "
                  "write (or include) a ditto::Kernel<Loss, Features, Device> with score and forward_backward");
};

namespace detail {

template <class T>
inline constexpr bool is_siamese = false;
template <class Network, class Loss, class Twin>
inline constexpr bool is_siamese<Siamese<Network, Loss, Twin>> = true;

/// Can the device compute the loss, for scores alone and for training?
template <class Loss, class Features, class Device>
concept ScoresPairs = requires(const Loss& loss, const Device& device,
                               const LossCall<typename Device::scalar, typename Device::activation>& call) {
    Kernel<Loss, Features, Device>::score(loss, device, call);
};
template <class Loss, class Features, class Device>
concept TrainsPairs = requires(const Loss& loss, const Device& device,
                               const LossCall<typename Device::scalar, typename Device::activation>& call) {
    Kernel<Loss, Features, Device>::forward_backward(loss, device, call);
};

/// Has the type given an error of its own already?
template <class T>
concept Reported = requires {
    requires T::is_reported;
};

enum class RunProblem { none, reported, siamese, device_itself, device, kernels, layer, loss };

/// What keeps Verifier from running on Device, with the loss's scores computed by Scorer.
template <class Verifier, class Device, class Scorer = Device>
constexpr RunProblem find_run_problem() {
    if constexpr (!is_siamese<Verifier>) {
        return RunProblem::siamese;
    } else if constexpr (reports_itself<Device>) {
        return RunProblem::device_itself;
    } else if constexpr (!DeviceDescription<Device>) {
        return Verifier::valid ? RunProblem::device : RunProblem::reported;
    } else if constexpr (!Verifier::valid || Reported<Device>) {
        return RunProblem::reported;
    } else if constexpr (!kernels_are_here<Device>) {
        return RunProblem::kernels;
    } else if constexpr (first_missing_kernel<typename Verifier::Network, Device, false>() >= 0) {
        return RunProblem::layer;
    } else if constexpr (!ScoresPairs<typename Verifier::Loss, typename Verifier::Features, Scorer>) {
        return RunProblem::loss;
    } else {
        return RunProblem::none;
    }
}

template <RunProblem Problem, class Verifier, class Device, class Scorer = Device>
struct RunError {
    using type = char;
};
template <class Verifier, class Device, class Scorer>
struct RunError<RunProblem::siamese, Verifier, Device, Scorer> {
    using type = not_a_siamese<Verifier>;
};
template <class Verifier, class Device, class Scorer>
struct RunError<RunProblem::device_itself, Verifier, Device, Scorer> {
    using type = Device;
};
template <class Verifier, class Device, class Scorer>
struct RunError<RunProblem::device, Verifier, Device, Scorer> {
    using type = not_a_device<Device>;
};
template <class Verifier, class Device, class Scorer>
struct RunError<RunProblem::kernels, Verifier, Device, Scorer> {
    using type = kernels_not_included<Device>;
};
template <class Verifier, class Device, class Scorer>
struct RunError<RunProblem::layer, Verifier, Device, Scorer> {
    using type = CanRun<typename Verifier::Network, Device>;
};
template <class Verifier, class Device, class Scorer>
struct RunError<RunProblem::loss, Verifier, Device, Scorer> {
    using type = missing_loss_kernel<typename Verifier::Loss, typename Verifier::Features, Scorer>;
};

/// Takes any value: what stands for a wrong argument's values, once the error has been given.
struct Anything {
    constexpr Anything() = default;
    template <class... Values>
    constexpr explicit(false) Anything(Values&&...) {}
};

}  // namespace detail

}  // namespace ditto
