// Running statistics that are measured for the weights at hand.
#include "ditto/training/statistics.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "small_training.hpp"

using namespace ditto;

namespace {

using StackedTrainer = Trainer<Siamese<SmallNetwork, ContrastiveLoss, twin::stacked>, SGD, Cpu<fp64>>;

// All tensors but counters, or the running statistics alone.
std::vector<double> numbers_of(AnyTrainer& trainer, bool only_running) {
    std::vector<double> all;
    for (const StoredTensor& tensor : trainer.weights()) {
        const bool running = tensor.name.find(".running_") != std::string::npos;
        if (tensor.type != StoredType::float64 || running != only_running) continue;
        const auto* numbers = static_cast<const double*>(tensor.data);
        all.insert(all.end(), numbers, numbers + tensor.info.size());
    }
    return all;
}

void check_near(const std::vector<double>& found, const std::vector<double>& expected) {
    REQUIRE(found.size() == expected.size());
    REQUIRE(found.size() == 2 * (8 + 16 + 32));
    // float64 throughout, of numbers of about 1; a step's own are divided by the momentum.
    for (std::size_t i = 0; i < found.size(); ++i) CHECK(std::abs(found[i] - expected[i]) <= 1e-12);
}

// What a batch's statistics are, from how far a step moves the running ones.
std::vector<double> statistics_of_step(const RandomBatch& batch) {
    auto settings = small_settings<StackedTrainer>();
    settings.optimizer.learning_rate = 0.0;
    StackedTrainer trainer(settings);
    std::vector<double> statistics = numbers_of(trainer, true);
    const std::vector<double> before = statistics;
    trainer.step(batch.images, batch.labels);
    const std::vector<double> after = numbers_of(trainer, true);
    for (std::size_t i = 0; i < statistics.size(); ++i) statistics[i] = (after[i] - 0.9 * before[i]) / 0.1;
    return statistics;
}

}  // namespace

TEST_CASE("running statistics become those of a batch, or a mean with it, and nothing else changes") {
    StackedTrainer trainer(small_settings<StackedTrainer>());
    const std::vector<double> weights = numbers_of(trainer, false);
    const RandomBatch first(4, 1), second(4, 2);
    const std::vector<double> of_first = statistics_of_step(first), of_second = statistics_of_step(second);
    trainer.update_statistics(first.images, 0.0);
    check_near(numbers_of(trainer, true), of_first);
    trainer.update_statistics(second.images, 0.75);
    std::vector<double> mean(of_first.size());
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] = 0.75 * of_first[i] + 0.25 * of_second[i];
    check_near(numbers_of(trainer, true), mean);
    CHECK(numbers_of(trainer, false) == weights);
    CHECK(trainer.steps() == 0);
}

TEST_CASE("statistics of stored images are the mean of their batches', each as heavy as its images") {
    const SmallFaces faces(8);
    const auto images = statistics_images(faces.pairs, 11, 4);
    REQUIRE(images.size() == 11);  // a batch of 8 and one of 3
    StackedTrainer trainer(small_settings<StackedTrainer>()), by_hand(small_settings<StackedTrainer>());
    measure_statistics(trainer, faces.images, images, 2);

    constexpr std::size_t size = 16 * 16 * 3;
    std::vector<float> pixels(images.size() * size);
    for (std::size_t i = 0; i < images.size(); ++i)
        faces.images.sample(images[i], {}, std::span(pixels).subspan(i * size, size));
    by_hand.update_statistics(std::span(pixels).first(8 * size), 0.0);
    std::vector<double> expected = numbers_of(by_hand, true);
    by_hand.update_statistics(std::span(pixels).subspan(8 * size), 0.0);
    const std::vector<double> of_second = numbers_of(by_hand, true);
    for (std::size_t i = 0; i < expected.size(); ++i) expected[i] = (8 * expected[i] + 3 * of_second[i]) / 11;
    check_near(numbers_of(trainer, true), expected);
}

TEST_CASE("images for statistics are drawn from the pairs', none twice") {
    const std::vector<Pair> pairs{{7, 3, PairLabel::same}, {3, 9, PairLabel::different}, {1, 7, PairLabel::different}};
    auto all = statistics_images(pairs, 100, 1);
    CHECK(statistics_images(pairs, 2, 1) == std::vector(all.begin(), all.begin() + 2));
    std::ranges::sort(all);
    CHECK(all == std::vector<std::uint32_t>{1, 3, 7, 9});
}

TEST_CASE("statistics of one image, or of more than a step takes, are an error") {
    StackedTrainer trainer(small_settings<StackedTrainer>());
    const std::vector<float> images(9 * 16 * 16 * 3);
    for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{9}})
        CHECK_THROWS_AS(trainer.update_statistics(std::span(images).first(count * 16 * 16 * 3), 0.0), Error);
    CHECK_THROWS_WITH_AS(trainer.update_statistics(std::span(images).first(1000), 0.0),
                         "update_statistics got 1000 numbers of images of 768; it takes 2 to 8 images at a time",
                         Error);
}
