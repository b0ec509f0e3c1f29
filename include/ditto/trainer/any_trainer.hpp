// What a training loop needs of a trainer, whatever its network, loss, optimizer and device: the loop, the files and
// the programs are compiled once, not once for each combination.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/core/pair_label.hpp"
#include "ditto/model/embedder.hpp"

namespace ditto {

class ImageStore;
struct ImageDraw;

/// What one step of training found, before the update.
struct StepResult {
    double loss;                     ///< mean over the pairs
    std::span<const double> scores;  ///< [pairs] distance or probability; valid until the next step
};

/// A trainer behind an interface. It is used by one thread at a time: a call throws Error while another thread's is
/// under way.
class AnyTrainer : public Embedder {
  public:
    /// One step on pairs = labels.size() pairs. images: [2 * pairs, H, W, C], all left images, then all right ones.
    /// `rate_factor` multiplies the optimizer's learning rate. Throws Error for other sizes, a label that is none, and
    /// images with numbers that are not finite or beyond TrainerSettings::input_limit. `people` [2 * pairs] tells who
    /// is on each image, for a trainer that mines pairs (see PairMining); the result's scores are those of the given
    /// pairs all the same.
    virtual StepResult step(std::span<const float> images, std::span<const PairLabel> labels, double rate_factor = 1.0,
                            std::span<const std::uint32_t> people = {}) = 0;
    /// Copies a store's images to where the trainer computes, where that is of use and they fit: true. Then step_held()
    /// may be called.
    virtual bool hold_images(const ImageStore&) { return false; }
    /// The same step on held images, 2 * pairs of them: left images, then right ones. Throws Error if none are held.
    virtual StepResult step_held(std::span<const ImageDraw>, std::span<const PairLabel>, double /*rate_factor*/ = 1.0,
                                 std::span<const std::uint32_t> /*people*/ = {}) {
        throw Error("this trainer holds no images; give step() their numbers");
    }
    /// What the step_held() after the next one will be given: the trainer may make these images while that step is
    /// under way. Changes no result, whatever is given then.
    virtual void announce_held(std::span<const ImageDraw>) {}
    /// Forward in training mode on [count, H, W, C], count from 2 to what a step takes, without loss or update: running
    /// statistics become keep * what they are + (1 - keep) * those of this batch, all images as one group. Buffers of
    /// layers of one's own must be running averages that move by BatchNorm's momentum. Throws Error for other counts,
    /// for what step() would refuse, and unless keep is in [0, 1].
    virtual void update_statistics(std::span<const float> images, double keep) = 0;
    /// Moves the running average of all weights and running statistics towards the present ones:
    /// average = keep * average + (1 - keep) * present. Throws Error if the trainer was made without an average.
    virtual void update_average(double keep) = 0;
    /// Exchanges the weights and running statistics with their average, for evaluating or saving it; again, to go on.
    virtual void swap_average() = 0;

    /// The most pairs a step takes.
    virtual std::size_t capacity_pairs() const = 0;
    /// Fewest pairs a step takes: BatchNorm needs 2 samples in every twin group.
    virtual std::size_t minimum_pairs() const = 0;
    /// The optimizer's learning rate, which a step's rate_factor multiplies.
    virtual double learning_rate() const = 0;
    /// Steps done so far.
    virtual std::int64_t steps() const = 0;
    /// Goes on counting from `steps`: for a trainer that is given the weights and state of another.
    virtual void resume_at(std::int64_t steps) = 0;

    /// The optimizer's state, which a checkpoint keeps beside the weights. Valid while the trainer lives.
    virtual std::vector<StoredTensor> optimizer_state() = 0;
};

}  // namespace ditto
