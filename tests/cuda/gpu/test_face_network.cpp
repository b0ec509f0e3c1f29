// Twenty steps of the face network on CUDA beside the CPU. Only on a GPU: the emulation would take hours.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "../../training/small_training.hpp"
#include "ditto/networks/face_network.hpp"

using namespace ditto;

namespace {

constexpr std::size_t pairs = 8;
constexpr int steps = 20;

template <class Device>
std::vector<double> losses() {
    using Training = Trainer<Siamese<FaceNetwork, ContrastiveLoss>, SGD, Device>;
    typename Training::Settings settings;
    settings.batch = batch_pairs{pairs};
    settings.device.threads = 2;
    settings.optimizer.learning_rate = 1e-7;  // with more, two of the CPU's own algorithms part by 15 %
    settings.loss.margin = 40.0;
    Training trainer(settings);
    std::vector<double> all;
    for (int step = 0; step < steps; ++step) {
        const RandomBatch batch(pairs, static_cast<std::uint64_t>(step), 128);
        all.push_back(trainer.step(batch.images, batch.labels).loss);
    }
    return all;
}

void compare(const std::vector<double>& found, const std::vector<double>& expected, double first, double later) {
    CHECK(std::abs(found.front() / expected.front() - 1) <= first);
    for (int step = 1; step < steps; ++step) {
        const auto i = static_cast<std::size_t>(step);
        CHECK(std::abs(found[i] / expected[i] - 1) <= later);
    }
}

}  // namespace

// The first loss is rounded once through the network; from then on each step's roundings move the next one's weights:
// two algorithms of the CPU in fp32 differ by 4e-4 after twenty steps. tf32 keeps 10 bits of a factor, bf16 8.
TEST_CASE("twenty steps of the face network follow those of the CPU") {
    const std::vector<double> expected = losses<Cpu<fp32>>();
    compare(losses<Cuda<fp32>>(), expected, 1e-5, 2e-3);
    compare(losses<Cuda<tf32>>(), expected, 1e-2, 5e-2);
    compare(losses<Cuda<bf16>>(), expected, 5e-2, 1e-1);
}
