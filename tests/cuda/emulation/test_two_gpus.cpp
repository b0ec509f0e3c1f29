// Two GPUs in one process: each trainer and network works on its own, whichever is the thread's current one, and leaves
// that as it was.
#include <doctest/doctest.h>

#include <thread>
#include <vector>

#include "ditto/ditto.hpp"

using namespace ditto;

namespace {

using Network = Sequential<Shape<4, 4, 2>, Flatten, Linear<32, 6>, ReLU, BatchNorm1d<6>>;
using Verifier = Siamese<Network, ConcatBceLoss>;
using Gpu = Trainer<Verifier, Adam, Cuda<fp32>>;
using Frozen = Inference<Verifier, Cuda<fp32>>;

std::vector<float> pictures(std::size_t count) {
    std::vector<float> all(count * Gpu::image_size);
    Random random(1, RandomPurpose::test);
    for (float& value : all) value = static_cast<float>(random.uniform(0.0, 1.0));
    return all;
}

Gpu make_trainer(int index) {
    Gpu::Settings settings{.batch = {2}, .average_weights = true};
    settings.device.index = index;
    return Gpu(settings);
}

Frozen make_frozen(int index) {
    Cuda<fp32> device;
    device.index = index;
    return Frozen(4, device);
}

// All that a trainer can be asked for.
std::vector<double> use(Gpu& trainer, Frozen& frozen) {
    const std::vector labels{PairLabel::same, PairLabel::different};
    std::vector<double> found, scores(2);
    std::vector<float> features(4 * 6);
    found.push_back(trainer.step(pictures(4), labels).loss);
    found.push_back(trainer.compute_gradients(pictures(4), labels).loss);
    found.push_back(static_cast<double>(static_cast<const float*>(trainer.gradients().front().data)[0]));
    trainer.update_average(0.5);
    trainer.swap_average();
    trainer.update_statistics(pictures(4), 0.5);
    trainer.embed(pictures(4), features);
    found.insert(found.end(), features.begin(), features.end());
    trainer.score(std::span(features).first(12), std::span(features).last(12), scores);
    found.insert(found.end(), scores.begin(), scores.end());
    found.push_back(static_cast<double>(static_cast<const float*>(trainer.weights().front().data)[0]));
    found.push_back(static_cast<double>(static_cast<const float*>(trainer.optimizer_state().front().data)[0]));
    frozen.embed(pictures(4), features);
    found.insert(found.end(), features.begin(), features.end());
    return found;
}

int current_gpu() {
    int index = -1;
    cudaGetDevice(&index);
    return index;
}

}  // namespace

TEST_CASE("two GPUs in one thread, and one of them in another") {
    Gpu alone = make_trainer(0);
    Frozen alone_frozen = make_frozen(0);
    const std::vector<double> expected = use(alone, alone_frozen);

    emulation::set_device_count(2);
    Gpu first = make_trainer(0), second = make_trainer(1);
    Frozen first_frozen = make_frozen(0), second_frozen = make_frozen(1);
    for (const int current : {0, 1}) {
        cudaSetDevice(current);
        Gpu& trainer = current == 0 ? second : first;  // the other one
        CHECK(use(trainer, current == 0 ? second_frozen : first_frozen) == expected);
        CHECK(current_gpu() == current);
    }
    Gpu third = make_trainer(1);
    Frozen third_frozen = make_frozen(1);
    std::vector<double> found;
    std::thread([&] { found = use(third, third_frozen); }).join();  // whose current GPU is 0
    CHECK(found == expected);
}
