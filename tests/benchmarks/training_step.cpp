// Training steps of the face network: seconds of each, and the process's peak memory beside what the plan said. The
// counterpart of training_step.py; compare.py runs both in turn.
//
// usage: benchmark_training_step <contrastive|bce> <sgd|adam> <pairs> <steps> <threads>
#include <cstdlib>
#include <vector>

#include "ditto/ditto.hpp"
#include "ditto/networks/face_network.hpp"
#include "measure.hpp"

namespace {

using namespace ditto;

struct Task {
    std::size_t pairs;
    int steps;
    int threads;
};

template <class Loss, class Optimizer>
void run(const Task& task, const Loss& loss, const Optimizer& optimizer) {
    using Training = Trainer<Siamese<FaceNetwork, Loss>, Optimizer, Cpu<fp32>>;
    Training trainer({.batch = {task.pairs}, .device = {task.threads}, .optimizer = optimizer, .loss = loss});
    std::vector<float> images(2 * task.pairs * Training::image_size);  // [2 * pairs, 128, 128, 3]
    Random random(1, RandomPurpose::test);
    for (float& value : images) value = static_cast<float>(random.uniform());
    std::vector<PairLabel> labels(task.pairs);
    for (std::size_t i = 0; i < task.pairs; ++i) labels[i] = i % 2 == 0 ? PairLabel::different : PairLabel::same;

    benchmarks::Timings timings;
    timings["step"] = benchmarks::repeat(task.steps, [&] { trainer.step(images, labels); });
    auto report = benchmarks::report("ditto", ditto::version_string, timings);
    report["planned_bytes"] = trainer.plan().total_bytes;
    benchmarks::print(report);
}

template <class Loss>
void run_with(const Task& task, const std::string& optimizer, const Loss& loss) {
    if (optimizer == "sgd") {
        run(task, loss, SGD{.learning_rate = 1e-4, .momentum = 0.9});
    } else {
        run(task, loss, Adam{.learning_rate = 1e-5});
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 6) {
        std::fprintf(stderr, "usage: %s <contrastive|bce> <sgd|adam> <pairs> <steps> <threads>\n", argv[0]);
        return 2;
    }
    const std::string loss = argv[1], optimizer = argv[2];
    const Task task{std::strtoul(argv[3], nullptr, 10), std::atoi(argv[4]), std::atoi(argv[5])};
    if (loss == "bce") {
        run_with(task, optimizer, ConcatBceLoss{});
    } else {
        run_with(task, optimizer, ContrastiveLoss(40.0));
    }
}
