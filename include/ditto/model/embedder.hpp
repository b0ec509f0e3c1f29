// Whatever makes features of images and scores of pairs of features: a trainer, a frozen network. What evaluates,
// calibrates and compares takes this, and is compiled once.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ditto/core/all_within.hpp"
#include "ditto/core/error.hpp"
#include "ditto/core/score_kind.hpp"
#include "ditto/core/shape.hpp"
#include "ditto/model/require_inputs.hpp"
#include "ditto/model/stored_tensor.hpp"

namespace ditto {

/// A network with its loss, behind an interface. Images are float [count, H, W, C] in [0, 1]. What several threads do
/// with it at once is never mixed up: calls of an Inference wait for one another, those of a trainer throw Error.
class Embedder {
  public:
    virtual ~Embedder() = default;

    /// The features of any number of images with the running statistics: [count, features] to `features`. Throws Error
    /// for other sizes, for numbers that are not finite or beyond the input limit (default_input_limit), and where
    /// features are not finite.
    virtual void embed(std::span<const float> images, std::span<float> features) = 0;
    /// The distance or probability of pairs of features, each [pairs, features], to `scores`. Throws Error for other
    /// sizes, and where features or scores are not finite.
    virtual void score(std::span<const float> left, std::span<const float> right, std::span<double> scores) = 0;

    /// The shape of one image.
    virtual Extents image_extents() const = 0;
    /// Values in the features of one image.
    virtual std::size_t feature_count() const = 0;
    /// Images that memory was asked for: embed() takes any number, and goes through more in parts.
    virtual std::size_t capacity_images() const = 0;
    /// What score() gives.
    virtual ScoreKind score_kind() const = 0;
    /// Loss::name.
    virtual std::string_view loss_name() const = 0;
    /// The loss's margin, where it has one.
    virtual std::optional<double> margin() const = 0;

    /// The weights under PyTorch's names, to be read from a file or written to one. Ask again for every change. Valid
    /// while this lives. They are the memory itself: while one thread changes them, no other may call anything.
    virtual std::vector<StoredTensor> weights() = 0;

    Embedder(const Embedder&) = delete;
    Embedder& operator=(const Embedder&) = delete;

  protected:
    Embedder() = default;
    Embedder(Embedder&&) = default;
    Embedder& operator=(Embedder&&) = default;
};

namespace detail {

/// The number of whole images. Throws Error unless `features` has room for theirs.
inline std::size_t require_whole_images(const Embedder& embedder, std::span<const float> images,
                                        std::span<float> features) {
    const std::size_t image_size = static_cast<std::size_t>(embedder.image_extents().size());
    const std::size_t feature_size = embedder.feature_count();
    const std::size_t count = images.size() / image_size;
    if (images.size() != count * image_size || features.size() != count * feature_size)
        throw Error("embed got " + std::to_string(images.size()) + " values of images and room for " +
                    std::to_string(features.size()) + " of features; an image has " + std::to_string(image_size) +
                    ", its features " + std::to_string(feature_size));
    return count;
}

/// Calls pass(number of images, the images, room for their features) for parts of up to `most` of `count` images.
template <class Pass>
void for_each_part(std::size_t count, std::size_t most, std::span<const float> images, std::span<float> features,
                   const Pass& pass) {
    for (std::size_t first = 0; first < count; first += most) {
        const std::size_t now = std::min(most, count - first);
        const std::size_t image_size = images.size() / count, feature_size = features.size() / count;
        pass(now, images.subspan(first * image_size, now * image_size),
             features.subspan(first * feature_size, now * feature_size));
    }
}

/// Throws Error, naming the image, unless features are numbers to go on with.
inline void require_finite_features(std::span<const float> features, std::size_t feature_size) {
    if (all_finite<float>(features)) return;
    const auto bad = std::ranges::find_if_not(features, [](float number) { return std::isfinite(number); });
    throw Error("embed found features that are not finite, of image " +
                std::to_string(static_cast<std::size_t>(bad - features.begin()) / feature_size) +
                " (counted from 0); the weights are damaged: train again, or take another file");
}

/// Calls pass(number of images, the images, room for their features) for parts that one pass takes. Throws Error unless
/// images are whole, `features` has room for theirs, and what goes in and comes out are numbers to go on with.
template <class Device, class Pass>
void embed_in_parts(const Embedder& embedder, const Device& device, double input_limit, std::span<const float> images,
                    std::span<float> features, const Pass& pass) {
    const std::size_t count = require_whole_images(embedder, images, features);
    const std::size_t image_size = static_cast<std::size_t>(embedder.image_extents().size());
    require_inputs<Device>(images, image_size, input_limit, device.threads, "embed");
    for_each_part(count, embedder.capacity_images(), images, features, pass);
    require_finite_features(features, embedder.feature_count());
}

/// The margin of a loss that has one.
template <class Loss>
std::optional<double> margin_of(const Loss& loss) {
    if constexpr (requires { loss.margin; })
        return loss.margin;
    else
        return std::nullopt;
}

}  // namespace detail

}  // namespace ditto
