// What a training loop needs of a trainer, whatever its network, loss, optimizer and device: the loop, the files and
// the programs are compiled once, not once for each combination.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/losses/loss.hpp"
#include "ditto/model/stored_tensor.hpp"

namespace ditto {

class ImageStore;
struct ImageDraw;

/// What one step of training found, before the update.
struct StepResult {
    double loss;                     ///< mean over the pairs
    std::span<const double> scores;  ///< [pairs] distance or probability; valid until the next step
};

/// A trainer behind an interface. Images are float [count, H, W, C] in [0, 1].
class AnyTrainer {
  public:
    virtual ~AnyTrainer() = default;

    /// One step on pairs = labels.size() pairs. images: [2 * pairs, H, W, C], all left images, then all right ones.
    /// `rate_factor` multiplies the optimizer's learning rate. `people` [2 * pairs] tells who is on each image, for a
    /// trainer that mines pairs (see PairMining); the result's scores are those of the given pairs all the same.
    virtual StepResult step(std::span<const float> images, std::span<const PairLabel> labels, double rate_factor,
                            std::span<const std::uint32_t> people = {}) = 0;
    /// Copies a store's images to where the trainer computes, where that is of use and they fit: true. Then step_held()
    /// may be called.
    virtual bool hold_images(const ImageStore&) { return false; }
    /// The same step on held images, 2 * pairs of them: left images, then right ones. Throws Error if none are held.
    virtual StepResult step_held(std::span<const ImageDraw>, std::span<const PairLabel>, double /*rate_factor*/,
                                 std::span<const std::uint32_t> /*people*/ = {}) {
        throw Error("this trainer holds no images; give step() their numbers");
    }
    /// Forward in training mode on [count, H, W, C], count from 2 to what a step takes, without loss or update: running
    /// statistics become keep * what they are + (1 - keep) * those of this batch, all images as one group. Buffers of
    /// layers of one's own must be running averages that move by BatchNorm's momentum. Throws Error for other counts.
    virtual void update_statistics(std::span<const float> images, double keep) = 0;
    /// The features of any number of images with the running statistics: [count, features] to `features`.
    virtual void embed(std::span<const float> images, std::span<float> features) = 0;
    /// The score of `left.size() / features` pairs of features, to `scores`.
    virtual void score(std::span<const float> left, std::span<const float> right, std::span<double> scores) = 0;

    /// Moves the running average of all weights and running statistics towards the present ones:
    /// average = keep * average + (1 - keep) * present. Throws Error if the trainer was made without an average.
    virtual void update_average(double /*keep*/) {
        throw Error("this trainer keeps no average of its weights; make it with average_weights = true");
    }
    /// Exchanges the weights and running statistics with their average, for evaluating or saving it; again, to go on.
    virtual void swap_average() { update_average(1.0); }

    virtual std::size_t capacity_pairs() const = 0;
    virtual Extents image_extents() const = 0;
    virtual std::size_t feature_count() const = 0;
    virtual ScoreKind score_kind() const = 0;
    /// Fewest pairs a step takes: BatchNorm needs 2 samples in every twin group.
    virtual std::size_t minimum_pairs() const = 0;
    /// Steps done so far.
    virtual std::int64_t& steps() = 0;

    /// The tensors of a weights file, and the optimizer's state beside them. Valid while the trainer lives.
    virtual std::vector<StoredTensor> weights() = 0;
    virtual std::vector<StoredTensor> optimizer_state() = 0;
};

}  // namespace ditto
