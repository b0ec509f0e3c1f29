// The batches of an epoch as steps take them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "ditto/pairs/pair_loader.hpp"
#include "ditto/trainer/any_trainer.hpp"

namespace ditto::detail {

/// A loader's batches, one after another. Where the trainer holds the images (PairLoaderSettings::only_draws) it is
/// told of the next batch's before it does a step.
class Batches {
  public:
    /// See PairLoader. `trainer` must live on.
    Batches(const ImageStore& store, std::span<const Pair> pairs, const PairLoaderSettings& settings,
            AnyTrainer& trainer)
        : loader_(store, pairs, settings), trainer_(trainer), holds_images_(settings.only_draws) {}

    /// See PairLoader.
    void start_epoch(std::uint32_t epoch, std::size_t first_batch) {
        loader_.start_epoch(epoch, first_batch);
        has_next_ = false;
    }
    /// Comes to the next batch. False: there is none in this epoch.
    bool next() {
        if (std::exchange(has_next_, false))
            std::swap(present_, next_);
        else if (!loader_.next(present_))
            return false;
        if (holds_images_ && loader_.next(next_)) {
            has_next_ = true;
            trainer_.announce_held(next_.draws);
        }
        return true;
    }
    const PairBatch& present() const { return present_; }
    const PairLoader& loader() const { return loader_; }

  private:
    PairLoader loader_;
    AnyTrainer& trainer_;
    bool holds_images_;
    PairBatch present_, next_;
    bool has_next_ = false;
};

}  // namespace ditto::detail
