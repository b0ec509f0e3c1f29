// The weights that are evaluated and saved: the average of a trainer's, if it keeps one, with statistics of their own.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "ditto/images/image_store.hpp"
#include "ditto/trainer/any_trainer.hpp"
#include "ditto/training/statistics.hpp"

namespace ditto {

/// Puts them into the trainer for a while. What it takes by reference must outlive it.
class PresentedWeights {
  public:
    /// `images`: those of the store on which running statistics are measured, or none. `average`: the part of the
    /// average that each step keeps, if the trainer has one.
    PresentedWeights(AnyTrainer& trainer, const ImageStore& store, std::vector<std::uint32_t> images, int threads,
                     std::optional<double> average)
        : trainer_(trainer), store_(store), images_(std::move(images)), threads_(threads), average_(average) {}

    /// Call it after each step. The average takes every eighth one, which costs an eighth as much and differs little.
    /// It is young at first, and then keeps no more of the past than there is.
    void follow() {
        constexpr std::int64_t interval = 8;
        if (!average_ || (trainer_.steps() != 1 && trainer_.steps() % interval != 0)) return;
        const auto updates = static_cast<double>(trainer_.steps() / interval);
        trainer_.update_average(std::min(std::pow(*average_, interval), updates / (updates + 1.0)));
    }

    /// Calls body() while the trainer holds them.
    template <class Body>
    void with(const Body& body) {
        exchange();
        try {
            if (measured_at_ != trainer_.steps()) measure_statistics(trainer_, store_, images_, threads_);
            measured_at_ = trainer_.steps();
            body();
        } catch (...) {  // (A destructor must not do it: on a GPU it may throw.)
            exchange();
            throw;
        }
        exchange();
    }

  private:
    void exchange() {
        if (average_) trainer_.swap_average();
    }

    AnyTrainer& trainer_;
    const ImageStore& store_;
    std::vector<std::uint32_t> images_;
    int threads_;
    std::optional<double> average_;
    std::int64_t measured_at_ = -1;  // the step whose weights' statistics the trainer has
};

}  // namespace ditto
