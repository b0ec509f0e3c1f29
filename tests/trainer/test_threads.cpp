// Five training steps give the same weights, bit for bit, with 1, 2, 3 and 5 threads.
#include <doctest/doctest.h>

#include "../training/small_training.hpp"

namespace {

// Weights and optimizer state after five steps.
template <class Trainer>
std::string trained(int threads) {
    Trainer trainer(small_settings<Trainer>(threads));
    for (std::uint64_t step = 0; step < 5; ++step) {
        const RandomBatch batch(4, step);
        trainer.step(batch.images, batch.labels);
    }
    return bytes_of(trainer.weights()) + bytes_of(trainer.optimizer_state());
}

}  // namespace

TEST_CASE_TEMPLATE("weights do not depend on the number of threads", Trainer,
                   SmallTrainer<ditto::ContrastiveLoss, ditto::Adam>,
                   SmallTrainer<ditto::ConcatBceLoss, ditto::SGD, ditto::twin::stacked>,
                   SmallTrainer<ditto::ConcatBceLoss, ditto::SGD, ditto::twin::separate, FastNetwork>) {
    const std::string one = trained<Trainer>(1);
    for (const int threads : {2, 3, 5}) {
        CAPTURE(threads);
        CHECK(trained<Trainer>(threads) == one);
    }
    Trainer untrained(small_settings<Trainer>());
    CHECK(one.substr(0, bytes_of(untrained.weights()).size()) != bytes_of(untrained.weights()));
}
