// What a trainer takes and refuses, and that it can be moved.
#include <doctest/doctest.h>

#include <cmath>
#include <ditto/ditto.hpp>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

using namespace ditto;

namespace {

using Network = Sequential<Shape<6, 6, 2>, Conv2d<2, 4, 3>, ReLU, GlobalAveragePool2d, Linear<4, 3>>;
using Verifier = Siamese<Network, ContrastiveLoss>;
using Training = Trainer<Verifier, SGD, Cpu<fp32>>;
constexpr std::size_t image_size = Training::image_size;

std::vector<float> pictures(std::size_t count) {
    std::vector<float> all(count * image_size);
    Random random(1, RandomPurpose::test);
    for (float& value : all) value = static_cast<float>(random.uniform(0.0, 1.0));
    return all;
}

Training make_trainer() {
    Training trainer({.batch = {2}, .optimizer = {.learning_rate = 0.1}});
    trainer.step(pictures(4), std::vector{PairLabel::same, PairLabel::different});
    return trainer;
}

std::vector<float> features_of(Embedder& model, std::size_t count) {
    std::vector<float> features(count * model.feature_count());
    model.embed(pictures(count), features);
    return features;
}

/// A loss that takes NaN for nothing wrong, as std::max does.
struct DeafLoss : DistanceLoss {
    static constexpr std::string_view name = "deaf";
    static constexpr PairTerm term(double distance, bool) { return {distance > 0.0 ? distance : 0.0, 0.0}; }
};

}  // namespace

TEST_CASE("a trainer can be returned and moved, and goes on as if it had not been") {
    Training stays = make_trainer();
    std::vector<Training> moved;
    moved.push_back(make_trainer());
    moved.reserve(moved.capacity() + 1);  // which moves it once more
    const std::vector labels{PairLabel::different, PairLabel::same};
    CHECK(moved[0].step(pictures(4), labels).loss == stays.step(pictures(4), labels).loss);
    CHECK(features_of(moved[0], 3) == features_of(stays, 3));
    CHECK(moved[0].steps() == 2);
}

TEST_CASE("so can a frozen network, which is an Embedder as a trainer is") {
    const auto make = [] { return Inference<Verifier, Cpu<fp32>>(2); };
    Inference<Verifier, Cpu<fp32>> frozen = make();
    const std::vector<float> before = features_of(frozen, 5);
    const auto moved = std::make_unique<Inference<Verifier, Cpu<fp32>>>(std::move(frozen));
    Embedder& model = *moved;
    CHECK(features_of(model, 5) == before);
    CHECK(model.image_extents() == Extents::spatial(6, 6, 2));
    CHECK(model.capacity_images() == 2);
    CHECK(model.loss_name() == "contrastive");
}

TEST_CASE("a trainer knows its margin and its learning rate") {
    const Training trainer({.batch = {2}, .optimizer = {.learning_rate = 0.25}, .loss = ContrastiveLoss(3.0)});
    CHECK(trainer.margin() == 3.0);
    CHECK(trainer.learning_rate() == 0.25);
    const Trainer<Siamese<Network, ConcatBceLoss>, Adam, Cpu<fp32>> other({.batch = {2}});
    CHECK_FALSE(other.margin().has_value());
}

TEST_CASE("settings that make no sense are refused") {
    const auto make = [](double rate, double margin) {
        return Training({.batch = {2}, .optimizer = {.learning_rate = rate}, .loss = ContrastiveLoss(margin)});
    };
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK_THROWS_WITH_AS(make(-1.0, 1.0),
                         "a Trainer got the learning rate -1.000000; give it a number that is not below 0", Error);
    CHECK_THROWS_AS(make(nan, 1.0), Error);
    Training::Settings settings{.batch = {2}};
    for (const double margin : {-1.0, 0.0, nan, std::numeric_limits<double>::infinity()}) {
        CHECK_THROWS_WITH_AS(make(0.1, margin), doctest::Contains("a ContrastiveLoss got the margin"), Error);
        settings.loss.margin = margin;
        CHECK_THROWS_WITH_AS(Training{settings}, doctest::Contains("a Trainer got a loss with the margin"), Error);
    }
    CHECK_THROWS_AS(Training({.batch = {0}}), Error);
    // Before memory is planned for that many threads.
    CHECK_THROWS_WITH_AS(Training({.batch = {2}, .device = {-1}}), "a Trainer needs at least 1 thread; got -1", Error);
    CHECK_THROWS_WITH_AS((Inference<Verifier, Cpu<fp32>>(2, {-1})), "an Inference needs at least 1 thread; got -1",
                         Error);
}

TEST_CASE("without BatchNorm one pair is a batch") {
    Training trainer({.batch = {1}});
    CHECK(trainer.minimum_pairs() == 1);
    CHECK(std::isfinite(trainer.step(pictures(2), std::vector{PairLabel::same}).loss));
    CHECK_THROWS_WITH_AS(trainer.step(pictures(1), std::vector{PairLabel::same}),
                         "a training step got 1 pair and 72 values of images; each pair needs two images of 72 numbers",
                         Error);
}

TEST_CASE("a training that has diverged is seen, whatever its loss says") {
    Trainer<Siamese<Network, DeafLoss>, SGD, Cpu<fp32>> trainer({.batch = {2}});
    static_cast<float*>(trainer.weights().front().data)[0] = std::numeric_limits<float>::quiet_NaN();
    CHECK(std::isnan(trainer.step(pictures(4), std::vector{PairLabel::same, PairLabel::different}).loss));
}
