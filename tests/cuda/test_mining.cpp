// Mined pairs and the average of the weights on CUDA, beside the CPU in float64.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "ditto/ditto.hpp"
#include "ditto/trainer/cuda_trainer.cuh"

using namespace ditto;

namespace {

constexpr std::size_t pairs = 6, image_size = 48;
// Without a convolution: what is tested comes after the network.
using Network = Sequential<Shape<4, 4, 3>, Flatten, Linear<48, 16>, ReLU, BatchNorm1d<16>>;
template <class Loss, class Device>
using TrainerOn = Trainer<Siamese<Network, Loss, twin::stacked>, SGD, Device>;

template <class AnyOf>
typename AnyOf::Settings settings_for(PairMining mining) {
    typename AnyOf::Settings settings;
    settings.batch = batch_pairs{pairs};
    settings.device.threads = 2;
    settings.seed = 3;
    settings.optimizer.learning_rate = 0.01;
    settings.mining = mining;
    settings.average_weights = true;
    if constexpr (requires { settings.loss.margin; }) settings.loss.margin = 6.0;
    return settings;
}

// Pairs 0, 2, 4 are of one person each, the others of two.
struct Batch {
    std::vector<float> images = std::vector<float>(2 * pairs * image_size);
    std::vector<PairLabel> labels;
    std::vector<std::uint32_t> people = std::vector<std::uint32_t>(2 * pairs);

    explicit Batch(std::uint64_t sample) {
        Random random(11, RandomPurpose::test, 0, sample);
        for (float& value : images) value = static_cast<float>(random.uniform());
        for (std::uint32_t i = 0; i < pairs; ++i) {
            labels.push_back(i % 2 == 0 ? PairLabel::same : PairLabel::different);
            people[i] = 2 * i;
            people[pairs + i] = 2 * i + i % 2;
        }
    }
};

// The first weights of every tensor of numbers.
std::vector<double> numbers_of(const std::vector<StoredTensor>& tensors) {
    std::vector<double> all;
    for (const StoredTensor& tensor : tensors)
        for (std::int64_t i = 0; i < std::min<std::int64_t>(tensor.info.size(), 20); ++i) {
            if (tensor.type == StoredType::float32) all.push_back(static_cast<const float*>(tensor.data)[i]);
            if (tensor.type == StoredType::float64) all.push_back(static_cast<const double*>(tensor.data)[i]);
        }
    return all;
}

void check_close(const std::vector<double>& found, const std::vector<double>& expected) {
    REQUIRE(found.size() == expected.size());
    // Float32 sums of up to 48 terms of about 1, over a few steps.
    for (std::size_t i = 0; i < found.size(); ++i)
        CHECK(std::abs(found[i] - expected[i]) <= 2e-5 * (1 + std::abs(expected[i])));
}

}  // namespace

TEST_CASE_TEMPLATE("mined steps are those of the CPU", Loss, ContrastiveLoss, ConcatBceLoss, DifferenceBceLoss) {
    for (const PairMining mining : {PairMining{1}, PairMining{4, true}, PairMining{9}}) {
        TrainerOn<Loss, Cuda<fp32>> gpu(settings_for<TrainerOn<Loss, Cuda<fp32>>>(mining));
        TrainerOn<Loss, Cpu<fp64>> reference(settings_for<TrainerOn<Loss, Cpu<fp64>>>(mining));
        for (std::uint64_t step = 0; step < 4; ++step) {
            const Batch batch(step);
            const StepResult found = gpu.step(batch.images, batch.labels, 1.0, batch.people);
            const StepResult expected = reference.step(batch.images, batch.labels, 1.0, batch.people);
            CHECK(found.loss == doctest::Approx(expected.loss).epsilon(2e-5));
            REQUIRE(found.scores.size() == pairs);
            check_close({found.scores.begin(), found.scores.end()}, {expected.scores.begin(), expected.scores.end()});
        }
        check_close(numbers_of(gpu.weights()), numbers_of(reference.weights()));
    }
}

TEST_CASE("the average of the weights is that of the CPU, and changes places with them") {
    using Gpu = TrainerOn<ContrastiveLoss, Cuda<fp32>>;
    using Reference = TrainerOn<ContrastiveLoss, Cpu<fp64>>;
    Gpu gpu(settings_for<Gpu>({2}));
    Reference reference(settings_for<Reference>({2}));
    for (std::uint64_t step = 0; step < 4; ++step) {
        const Batch batch(step);
        gpu.step(batch.images, batch.labels, 1.0, batch.people);
        reference.step(batch.images, batch.labels, 1.0, batch.people);
        gpu.update_average(step == 0 ? 0.0 : 0.75);
        reference.update_average(step == 0 ? 0.0 : 0.75);
    }
    check_close(numbers_of(gpu.optimizer_state()), numbers_of(reference.optimizer_state()));  // has the average
    const std::vector<double> before = numbers_of(gpu.weights());
    gpu.swap_average();
    reference.swap_average();
    check_close(numbers_of(gpu.weights()), numbers_of(reference.weights()));
    CHECK(numbers_of(gpu.weights()) != before);
    gpu.swap_average();
    CHECK(numbers_of(gpu.weights()) == before);
}

TEST_CASE("mining without knowing the people, and averaging without an average, are errors") {
    using Gpu = TrainerOn<ContrastiveLoss, Cuda<bf16>>;
    auto settings = settings_for<Gpu>({2});
    settings.average_weights = false;
    Gpu gpu(settings);
    const Batch batch(0);
    CHECK_THROWS_WITH_AS(gpu.step(batch.images, batch.labels), doctest::Contains("mining needs to know"), Error);
    CHECK_THROWS_AS(gpu.update_average(0.5), Error);
    CHECK(std::isfinite(gpu.step(batch.images, batch.labels, 1.0, batch.people).loss));
}
