// Compiled once for each instruction set, with STEP the function's name.
#include "step.hpp"

#include "../training/small_training.hpp"

namespace {

using Training = SmallTrainer<ditto::ContrastiveLoss, ditto::SGD, ditto::twin::separate, FastNetwork>;

std::vector<double> weights_of(Training& trainer) {
    std::vector<double> all;
    for (const ditto::StoredTensor& tensor : trainer.weights())
        if (tensor.type == ditto::StoredType::float32) {
            const auto* numbers = static_cast<const float*>(tensor.data);
            all.insert(all.end(), numbers, numbers + tensor.info.size());
        }
    return all;
}

// Three steps.
Outcome train(int threads) {
    Training trainer(small_settings<Training>(threads));
    Outcome outcome;
    for (std::uint64_t step = 0; step < 3; ++step) {
        const RandomBatch batch(4, step);
        outcome.losses.push_back(trainer.step(batch.images, batch.labels).loss);
        if (step == 0) outcome.weights = weights_of(trainer);
    }
    return outcome;
}

}  // namespace

Outcome STEP() {
    const Outcome alone = train(1);
    Outcome outcome = train(2);
    outcome.instruction_set = ditto::detail::NativeArch::name();
    outcome.pass = reinterpret_cast<const void*>(&ditto::forward_pass<FastNetwork, ditto::Cpu<ditto::fp32>>);
    outcome.same_with_any_threads = alone.losses == outcome.losses && alone.weights == outcome.weights;
    return outcome;
}
