// The weights that are evaluated and saved: the average of a trainer's, if it keeps one, with statistics of their own.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "ditto/images/image_store.hpp"
#include "ditto/trainer/any_trainer.hpp"
#include "ditto/training/statistics.hpp"

namespace ditto {

/// Puts them into the trainer for a while. What it takes by reference must outlive it.
class PresentedWeights {
  public:
    /// `images`: those of the store on which running statistics are measured, or none.
    PresentedWeights(AnyTrainer& trainer, const ImageStore& store, std::vector<std::uint32_t> images, int threads,
                     bool averaged)
        : trainer_(trainer), store_(store), images_(std::move(images)), threads_(threads), averaged_(averaged) {}

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
        if (averaged_) trainer_.swap_average();
    }

    AnyTrainer& trainer_;
    const ImageStore& store_;
    std::vector<std::uint32_t> images_;
    int threads_;
    bool averaged_;
    std::int64_t measured_at_ = -1;  // the step whose weights' statistics the trainer has
};

}  // namespace ditto
