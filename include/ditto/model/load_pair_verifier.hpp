// A verifier from a file of weights. (Not part of the umbrella header: it reads JSON.)
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "ditto/core/error.hpp"
#include "ditto/model/fingerprint.hpp"
#include "ditto/model/inference.hpp"
#include "ditto/model/pair_verifier.hpp"
#include "ditto/model/weights_file.hpp"

namespace ditto {

namespace detail {

// `info` with what it lacks taken from `otherwise`.
inline WeightsInfo completed(WeightsInfo info, const WeightsInfo& otherwise) {
    const auto complete = [](auto& entry, const auto& other) {
        if (!entry) entry = other;
    };
    complete(info.fingerprint, otherwise.fingerprint);
    complete(info.loss, otherwise.loss);
    complete(info.margin, otherwise.margin);
    complete(info.threshold, otherwise.threshold);
    if (!info.recipe) complete(info.features, otherwise.features);  // where ditto wrote the file, none are plain ones
    complete(info.recipe, otherwise.recipe);
    complete(info.calibration, otherwise.calibration);
    return info;
}

}  // namespace detail

/// A verifier with the weights of a file, and all that the file says of their use. Model is a Siamese; `images` go
/// through the network at once, at most. What the file does not say, as one that PyTorch wrote, is taken from
/// `otherwise`: the image recipe has to be known. Throws Error where the file cannot be read, is of another network or
/// loss, or the device cannot be had.
template <class Model, class Device>
PairVerifier load_pair_verifier(const std::filesystem::path& weights, std::size_t images = 16,
                                const Device& device = {}, const WeightsInfo& otherwise = {}) {
    static_assert(sizeof(Inference<Model, Device>) > 0);  // a wrong argument gives its error here
    if constexpr (detail::inference_problem<Model, Device> == detail::RunProblem::none) {
        auto network = std::make_unique<Inference<Model, Device>>(images, device);
        const WeightsInfo info = detail::completed(
            load_weights(weights, network->weights(), fingerprint<typename Model::Network>()), otherwise);
        if (info.loss && *info.loss != network->loss_name())
            throw Error(weights.string() + ": it was trained with the loss '" + *info.loss +
                        "', and this network has '" + std::string(network->loss_name()) +
                        "'; use the loss of the file");
        return PairVerifier(std::move(network), info, std::max(1, device.threads), weights.string());
    } else {
        throw Error("there is no such network");
    }
}

}  // namespace ditto
