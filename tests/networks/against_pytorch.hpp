// A Siamese network trained as reference/make_networks.py trains PyTorch's, compared with what PyTorch found.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <ditto/ditto.hpp>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "../reference/value_file.hpp"

namespace ditto::test {

inline constexpr std::size_t pairs = 4;
inline constexpr std::array<PairLabel, pairs> labels = {PairLabel::same, PairLabel::different, PairLabel::same,
                                                        PairLabel::different};

/// The images of make_networks.py, [2 * pairs, H, W, C] in [0, 1).
inline std::vector<float> reference_images(const std::string& network, std::size_t image_size) {
    const reference::Stream stream(network + ".images");
    std::vector<float> images(2 * pairs * image_size);
    for (std::size_t i = 0; i < images.size(); ++i) images[i] = static_cast<float>((stream[i] + 1) / 2);
    return images;
}

/// "12" of "backbone.12.weight".
inline std::string layer_of(const std::string& tensor_name) {
    const std::size_t begin = tensor_name.find('.') + 1;
    return tensor_name.substr(begin, tensor_name.find('.', begin) - begin);
}

/// 1 / sqrt(fan_in) of a convolution or linear layer.
inline double weight_bound(const TensorInfo& weight) {
    return 1 / std::sqrt(static_cast<double>(weight.size() / weight.shape[0]));
}

/// Fills the weights of a convolution or linear layer: row r from draw `draws[r]` of the stream, or draw 0.
template <class T>
void fill_weight(const TensorInfo& info, T* data, const std::string& stream_name, const std::vector<double>& draws) {
    const double bound = weight_bound(info);
    const reference::RowLayout layout(info);
    const std::size_t row_size = layout.offsets.size();
    std::vector<float> numbers(layout.rows * row_size);
    parallel_for(layout.rows, available_threads(), [&](std::size_t row) {
        const auto draw = draws.empty() ? 0U : static_cast<std::uint32_t>(draws[row]);
        const reference::Stream stream(stream_name, draw);
        stream.read(row * row_size, std::span(numbers).subspan(row * row_size, row_size));
    });
    layout.for_each([&](std::size_t row, std::size_t i, std::size_t place) {
        data[place] = static_cast<T>(static_cast<float>(numbers[row * row_size + i] * bound));
    });
}

/// Gives a model's parameters the values of make_networks.py.
template <class T>
void fill_parameters(std::span<const StoredTensor> tensors, const std::string& network,
                     const reference::ValueFile& file) {
    double bound = 1;  // of the bias after a weight
    for (const StoredTensor& tensor : tensors) {
        const std::string stream_name = network + "." + tensor.name;
        auto* data = static_cast<T*>(tensor.data);
        if (tensor.info.name == "weight" && tensor.info.rank > 1) {  // a convolution's or linear layer's
            const std::string draws = "draws." + layer_of(tensor.name);
            fill_weight(tensor.info, data, stream_name, file.contains(draws) ? file[draws] : std::vector<double>{});
            bound = weight_bound(tensor.info);
        } else if (tensor.info.name == "weight") {  // BatchNorm's scale
            bound = 1;
            const reference::Stream stream(stream_name);
            for (std::size_t i = 0; i < static_cast<std::size_t>(tensor.info.size()); ++i)
                data[i] = static_cast<T>(stream[i] + (stream[i] >= 0 ? 0.5 : -0.5));
        } else if (tensor.info.name == "bias") {
            const reference::Stream stream(stream_name);
            for (std::size_t i = 0; i < static_cast<std::size_t>(tensor.info.size()); ++i)
                data[i] = static_cast<T>(static_cast<float>(stream[i] * bound));
        }
    }
}

/// What the file knows of one loss and twin policy of a network.
template <class Precision>
class Expectation {
  public:
    using T = typename Precision::scalar;

    Expectation(const reference::ValueFile& file, std::string prefix, double factor)
        : file_(file), prefix_(std::move(prefix)), factor_(factor) {}

    /// Checks a quantity's numbers, in PyTorch's order: within 1e-9 of PyTorch's float64 in float64; in float32 at most
    /// `factor` times as far from it as PyTorch's own float32 is.
    template <class Number>
    void check(const std::string& name, std::span<const Number> found) const {
        const auto expected = file_[prefix_ + name];
        const auto measure = file_[prefix_ + name + ".measure"];  // [size, norm, distance of PyTorch's float32]
        CAPTURE(prefix_ + name);
        REQUIRE(static_cast<double>(found.size()) == measure[0]);
        const double limit = std::is_same_v<Precision, fp64> ? 1e-9 : factor_ * own_distance(name, measure);
        if (found.size() <= reference::full_size) {
            CHECK(reference::difference_norm(reference::widened(found), expected) / measure[1] <= limit);
            return;
        }
        const auto all = std::span(expected);
        const auto projected = reference::projections(found);
        const double distance = reference::difference_norm(projected, all.subspan(reference::sample_count)) /
                                std::sqrt(reference::projection_count);
        CHECK(distance / measure[1] <= limit);
        if (std::is_same_v<Precision, fp64>) {
            const double samples_norm = measure[1] * std::sqrt(reference::sample_count / measure[0]);
            const auto sampled = all.first(reference::sample_count);
            CHECK(reference::difference_norm(reference::samples(found), sampled) / samples_norm <= limit);
        }
    }

    /// Checks every tensor, as "<kind>.<name>".
    void check(const std::string& kind, const std::vector<StoredTensor>& tensors) const {
        for (const StoredTensor& tensor : tensors) {
            const std::string name = kind + "." + tensor.name;
            if (tensor.type == StoredType::int64) {
                check<std::int64_t>(name, {static_cast<const std::int64_t*>(tensor.data), 1});
            } else {
                const auto numbers = reference::in_file_order(tensor.info, static_cast<const T*>(tensor.data));
                check<T>(name, numbers);
            }
        }
    }

  private:
    // The distance of PyTorch's own float32, and at least float's rounding. The loss, the scores and some gradients
    // hang on a handful of numbers, whose distance is luck: what the first step computes is as uncertain as its
    // features. Adam divides a gradient by its own size, so that where one is near 0 its rounding, which depends on the
    // processor's order of sums, moves a weight as a gradient does: a 16th part of one step of one weight in a tensor
    // of hundreds is 2^-20 of it. A gradient is as uncertain as those of the layers after its own, which it came
    // through. Where a pixel's gradient passes ReLU or a pool in one run and not in the other, because two numbers are
    // a rounding apart, the weights that SGD moves differ by a few roundings, and what statistics see of them, layer
    // after layer, by a few more: 2^-22.
    double own_distance(const std::string& name, const std::vector<double>& measure) const {
        const bool statistics = name.find(".running_") != std::string::npos;
        const double rounding = name.starts_with("adam.") ? 0x1p-20 : statistics ? 0x1p-22 : 0x1p-24;
        const bool trained = name.starts_with("sgd.") || name.starts_with("adam.");
        const double features = trained ? 0.0 : file_[prefix_ + "features.measure"][2];
        return std::max({measure[2], rounding, features, name.starts_with("gradient.backbone.") ? later(name) : 0.0});
    }

    // The largest distance of PyTorch's float32 among the gradients of the layers after that of a gradient.
    double later(const std::string& gradient) const {
        constexpr int most_layers = 32;
        const std::string kind = "gradient.backbone.";
        double largest = 0.0;
        for (int layer = std::stoi(layer_of(gradient.substr(std::string_view("gradient.").size()))) + 1;
             layer < most_layers; ++layer)
            for (const char* parameter : {".weight.measure", ".bias.measure"})
                if (const std::string name = prefix_ + kind + std::to_string(layer) + parameter; file_.contains(name))
                    largest = std::max(largest, file_[name][2]);
        return largest;
    }

    const reference::ValueFile& file_;
    std::string prefix_;
    double factor_;
};

/// Trains three steps from the values of make_networks.py and checks the state after them; of the first step also
/// features, scores, loss and gradients if `first_step` says so.
template <class Verifier, class Precision, class Optimizer>
void check_training(const std::string& network, const reference::ValueFile& file,
                    const Expectation<Precision>& expected, const Optimizer& optimizer,
                    const typename Verifier::Loss& loss, bool first_step) {
    using T = typename Precision::scalar;
    Trainer<Verifier, Optimizer, Cpu<Precision>> trainer(
        {.batch = batch_pairs{pairs}, .device = {2}, .optimizer = optimizer, .loss = loss, .keep_gradients = true});
    fill_parameters<T>(trainer.weights(), network, file);
    const std::vector<float> images = reference_images(network, trainer.image_size);
    for (int step = 0; step < 3; ++step) {
        const StepResult result = trainer.compute_gradients(images, labels);
        if (step == 0 && first_step) {
            const auto features = trainer.features(pairs);
            expected.template check<T>("features", {features.data(), features.size()});
            expected.check("scores", result.scores);
            expected.template check<double>("loss", {&result.loss, 1});
            expected.check("gradient", trainer.gradients());
        }
        trainer.update();
    }
    expected.check(std::string(Optimizer::name), trainer.weights());
}

/// One loss and twin policy: with SGD, and with Adam where features are separate. How a gradient was made, an optimizer
/// does not see.
template <class Verifier, class Precision>
void check_combination(const std::string& network, const reference::ValueFile& file, const std::string& loss_name,
                       const std::string& policy, const typename Verifier::Loss& loss, double factor) {
    const auto settings = file["settings"];  // [momentum, weight decay, Adam's rate]
    const double sgd_rate = file[loss_name + ".sgd_rate"][0];
    const Expectation<Precision> expected(file, loss_name + "." + policy + ".", factor);
    const SGD sgd{.learning_rate = sgd_rate, .momentum = settings[0], .weight_decay = settings[1]};
    Adam adam;
    adam.learning_rate = settings[2];
    check_training<Verifier>(network, file, expected, sgd, loss, true);
    if constexpr (std::is_same_v<typename Verifier::Twin, twin::separate>)
        check_training<Verifier>(network, file, expected, adam, loss, false);
}

/// Both losses with one twin policy.
template <class Network, class Twin, class Precision>
void check_policy(const std::string& network, const reference::ValueFile& file, const std::string& policy,
                  double factor = 2) {
    ContrastiveLoss contrastive;
    contrastive.margin = file[policy + ".margin"][0];
    check_combination<Siamese<Network, ContrastiveLoss, Twin>, Precision>(network, file, "contrastive", policy,
                                                                          contrastive, factor);
    check_combination<Siamese<Network, ConcatBceLoss, Twin>, Precision>(network, file, "concat_bce", policy, {},
                                                                        factor);
}

/// Both losses and twin policies.
template <class Network, class Precision>
void check_network(const std::string& network) {
    const reference::ValueFile file(network);
    check_policy<Network, twin::separate, Precision>(network, file, "separate");
    check_policy<Network, twin::stacked, Precision>(network, file, "stacked");
}

}  // namespace ditto::test
