// A step that updates large parameters piece by piece, while their gradients are in the cache, is the step that
// computes all gradients and then updates.
#include <doctest/doctest.h>

#include "../training/small_training.hpp"

using namespace ditto;

namespace {

// The gradient of FastNetwork's linear weight is streamed.
template <class Optimizer>
using Training = SmallTrainer<ConcatBceLoss, Optimizer, twin::separate, FastNetwork>;

template <class Optimizer>
void compare() {
    auto settings = small_settings<Training<Optimizer>>();
    settings.optimizer.weight_decay = 0.01;
    Training<Optimizer> streaming(settings);
    settings.keep_gradients = true;
    Training<Optimizer> keeping(settings);
    CHECK(streaming.plan().gradient_bytes + planned_bytes(4096 * 64 * 4) == keeping.plan().gradient_bytes);
    CHECK(streaming.plan().total_bytes < keeping.plan().total_bytes);
    for (std::uint64_t step = 0; step < 3; ++step) {
        const RandomBatch batch(4, step);
        const double factor = 1.0 / static_cast<double>(step + 1);
        const StepResult streamed = streaming.step(batch.images, batch.labels, factor);
        const StepResult kept = keeping.compute_gradients(batch.images, batch.labels);
        CHECK(streamed.loss == kept.loss);
        keeping.update(factor);
    }
    CHECK(streaming.steps() == keeping.steps());
    CHECK(bytes_of(streaming.weights()) == bytes_of(keeping.weights()));
    CHECK(bytes_of(streaming.optimizer_state()) == bytes_of(keeping.optimizer_state()));
}

}  // namespace

TEST_CASE("SGD") {
    compare<SGD>();
}
TEST_CASE("Adam and AdamW") {
    compare<Adam>();
    compare<AdamW>();
}

TEST_CASE("who asks for gradients is told which has no place, and what to do") {
    Training<SGD> trainer(small_settings<Training<SGD>>());
    const RandomBatch batch(4);
    const std::string what =
        " has no memory for the gradient of backbone.8.weight, which a step updates in pieces; make the Trainer with "
        "keep_gradients = true";
    CHECK_THROWS_WITH_AS(trainer.compute_gradients(batch.images, batch.labels), ("compute_gradients" + what).c_str(),
                         Error);
    CHECK_THROWS_WITH_AS(trainer.gradients(), ("gradients" + what).c_str(), Error);
}
