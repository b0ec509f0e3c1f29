// Batches of pairs, prepared by threads of their own while the network computes.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <numeric>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/core/random.hpp"
#include "ditto/images/augmentation.hpp"
#include "ditto/images/image_store.hpp"
#include "ditto/pairs/pair_batch.hpp"
#include "ditto/pairs/pair_list.hpp"
#include "ditto/pairs/people_sampler.hpp"

namespace ditto {

/// How an epoch is cut into batches, and what is done to their images.
struct PairLoaderSettings {
    std::size_t batch_pairs = 16;
    std::size_t smallest_batch = 1;  ///< pairs; a last batch of fewer is dropped
    bool shuffle = true;
    bool augment = true;  ///< as the store was made for, if it was; otherwise images come as the recipe makes them
    std::uint64_t seed = 0;
    const PeopleSampler* people = nullptr;  ///< draws each epoch's pairs, instead of the list; must outlive the loader
    bool only_draws = false;                ///< fill PairBatch::draws and leave the images to whoever holds them
    std::size_t threads = 1;
    std::size_t prefetch = 2;  ///< batches that are prepared ahead, at most
};

/// Goes through a list of pairs, or those that a PeopleSampler draws, once an epoch. Batches depend only on the list,
/// the seed and the epoch, never on the number of threads or their timing. `store` and `pairs` must outlive the loader.
/// Several threads may take batches of one epoch; starting one is for a single thread.
class PairLoader {
  public:
    /// Throws Error if a setting makes no sense, a pair names an image that `store` has not, or no batch would be left.
    PairLoader(const ImageStore& store, std::span<const Pair> pairs, const PairLoaderSettings& settings)
        : store_(store), pairs_(pairs), settings_(settings), slots_(settings.prefetch), order_(pairs_of_epoch()) {
        if (settings.batch_pairs < 1) throw Error("loader: a batch must hold at least 1 pair");
        if (settings.threads < 1 || settings.prefetch < 1)
            throw Error("loader: at least 1 thread must prepare at least 1 batch ahead");
        for (const Pair& pair : pairs)
            if (pair.left >= store.size() || pair.right >= store.size())
                throw Error("loader: a pair names image " + std::to_string(std::max(pair.left, pair.right)) +
                            ", but the store holds " + std::to_string(store.size()) +
                            "; use the list it was made from");
        const std::size_t last = pairs_of_epoch() % settings.batch_pairs;
        dropped_ = last < settings.smallest_batch ? last : 0;
        batches_ = (pairs_of_epoch() - dropped_ + settings.batch_pairs - 1) / settings.batch_pairs;
        if (batches_ == 0)
            throw Error("loader: " + std::to_string(pairs_of_epoch()) + " pairs do not fill one batch of at least " +
                        std::to_string(settings.smallest_batch) + "; give more pairs");
        next_to_prepare_ = next_to_take_ = batches_;
        for (std::size_t i = 0; i < settings.threads; ++i)
            workers_.emplace_back([this](const std::stop_token& stop) { work(stop); });
    }
    PairLoader(const PairLoader&) = delete;
    PairLoader& operator=(const PairLoader&) = delete;

    /// Pairs of an epoch, with those that are left out of it.
    std::size_t pairs_of_epoch() const { return settings_.people ? settings_.people->pairs() : pairs_.size(); }

    /// Batches of an epoch.
    std::size_t batches() const { return batches_; }

    /// Pairs at the end of each epoch's order that are left out because they do not fill the smallest batch.
    std::size_t dropped_pairs() const { return dropped_; }

    /// Begins an epoch (below 2^24) at its batch `first_batch`; what is left of the epoch before is abandoned. Throws
    /// Error if the epoch has no such batch.
    void start_epoch(std::uint32_t epoch, std::size_t first_batch = 0) {
        if (first_batch > batches_)
            throw Error("loader: an epoch cannot begin at batch " + std::to_string(first_batch) + " of " +
                        std::to_string(batches_) + "; is the checkpoint of another list?");
        std::unique_lock lock(mutex_);
        next_to_prepare_ = batches_;  // nothing new is begun
        changed_.wait(lock, [&] { return working_ == 0; });
        std::iota(order_.begin(), order_.end(), 0U);
        if (settings_.people)
            drawn_ = settings_.people->draw(settings_.seed, epoch);
        else if (settings_.shuffle)
            Random(settings_.seed, RandomPurpose::shuffle, epoch).shuffle(order_.begin(), order_.end());
        for (Slot& slot : slots_) {
            slot.ready = false;
            slot.failure = nullptr;  // of a batch that nobody asked for
        }
        epoch_ = epoch;
        next_to_prepare_ = next_to_take_ = first_batch;
        changed_.notify_all();
    }

    /// Swaps the epoch's next batch into `batch`, waiting for it if need be; false at the end of the epoch. Pass the
    /// same object every time: its memory is used again, and none is allocated once every buffer has been in use.
    /// Rethrows what a thread threw while it prepared this batch.
    bool next(PairBatch& batch) {
        std::unique_lock lock(mutex_);
        // Looked for anew each time: another thread may have taken the batch that this one waited for.
        const auto first = [&]() -> Slot& { return slots_[next_to_take_ % slots_.size()]; };
        changed_.wait(lock, [&] { return next_to_take_ == batches_ || first().ready; });
        if (next_to_take_ == batches_) return false;
        Slot& slot = first();
        slot.ready = false;
        ++next_to_take_;
        std::swap(batch, slot.batch);
        const std::exception_ptr failure = std::exchange(slot.failure, nullptr);
        changed_.notify_all();
        if (failure) std::rethrow_exception(failure);
        return true;
    }

  private:
    /// A place in the queue; batch b uses slot b % prefetch.
    struct Slot {
        PairBatch batch;
        std::exception_ptr failure;
        bool ready = false;
    };

    void work(const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        const auto has_work = [&] { return next_to_prepare_ < std::min(batches_, next_to_take_ + slots_.size()); };
        while (changed_.wait(lock, stop, has_work) && !stop.stop_requested()) {
            const std::size_t index = next_to_prepare_++;
            Slot& slot = slots_[index % slots_.size()];
            ++working_;
            lock.unlock();
            try {
                prepare(index, slot.batch);
            } catch (...) {
                slot.failure = std::current_exception();
            }
            lock.lock();
            --working_;
            slot.ready = true;
            changed_.notify_all();
        }
    }

    void prepare(std::size_t index, PairBatch& batch) const {
        const std::size_t first = index * settings_.batch_pairs;
        const std::size_t size = std::size_t{3} * static_cast<std::size_t>(store_.recipe().height) *
                                 static_cast<std::size_t>(store_.recipe().width);
        batch.pairs = std::min(settings_.batch_pairs, pairs_of_epoch() - dropped_ - first);
        batch.labels.resize(batch.pairs);
        batch.draws.resize(2 * batch.pairs);
        if (settings_.people) batch.people.resize(2 * batch.pairs);
        for (std::size_t i = 0; i < batch.pairs; ++i) {
            const std::uint32_t row = order_[first + i];
            const Pair& pair = settings_.people ? drawn_[row] : pairs_[row];
            batch.labels[i] = pair.label;
            batch.draws[i] = {pair.left, augmentation(row, 0)};
            batch.draws[batch.pairs + i] = {pair.right, augmentation(row, 1)};
            if (!settings_.people) continue;
            batch.people[i] = settings_.people->person(pair.left);
            batch.people[batch.pairs + i] = settings_.people->person(pair.right);
        }
        if (settings_.only_draws) return;
        batch.images.resize(2 * batch.pairs * size);
        for (std::size_t i = 0; i < batch.draws.size(); ++i)
            store_.sample(batch.draws[i].image, batch.draws[i].augmentation,
                          std::span(batch.images).subspan(i * size, size));
    }

    Augmentation augmentation(std::uint32_t row, std::uint64_t side) const {
        if (!settings_.augment || !store_.augmentation()) return {};
        const std::uint64_t sample = 2 * std::uint64_t{row} + side;
        return draw_augmentation(*store_.augmentation(),
                                 Random(settings_.seed, RandomPurpose::augmentation, epoch_, sample));
    }

    const ImageStore& store_;
    std::span<const Pair> pairs_;
    PairLoaderSettings settings_;
    std::size_t batches_ = 0;
    std::size_t dropped_ = 0;

    std::mutex mutex_;                     // guards all that follows
    std::condition_variable_any changed_;  // any of it
    std::vector<Slot> slots_;
    std::vector<std::uint32_t> order_;  // [pairs] rows of the list, or of `drawn_`; constant while a thread works
    std::vector<Pair> drawn_;           // the epoch's, where people are drawn; constant while a thread works
    std::uint32_t epoch_ = 0;           // constant while a thread works
    std::size_t next_to_prepare_ = 0;
    std::size_t next_to_take_ = 0;
    std::size_t working_ = 0;            // threads that are preparing a batch
    std::vector<std::jthread> workers_;  // last: they end before what they use
};

}  // namespace ditto
