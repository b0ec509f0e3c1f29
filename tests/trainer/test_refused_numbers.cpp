// Numbers that cannot be meant are one error, on the way in and on the way out: nothing is decided or trained with
// them.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <ditto/ditto.hpp>
#include <limits>
#include <string>
#include <vector>

using namespace ditto;

namespace {

using Network = Sequential<Shape<8, 8, 3>, Conv2d<3, 4, 3>, ReLU, BatchNorm2d<4>, Flatten, Linear<144, 5>>;
using Verifier = Siamese<Network, ContrastiveLoss>;
using Training = Trainer<Verifier, SGD, Cpu<fp32>>;
using Frozen = Inference<Verifier, Cpu<fp32>>;
constexpr std::size_t image_size = Training::image_size;
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN(),
                 infinity = std::numeric_limits<double>::infinity();
const std::vector<PairLabel> labels{PairLabel::same, PairLabel::different};

std::vector<float> pictures(std::size_t count, double most = 1.0) {
    std::vector<float> all(count * image_size);
    Random random(1, RandomPurpose::test);
    for (float& value : all) value = static_cast<float>(random.uniform(0.0, most));
    return all;
}

// The numbers of all weights and running statistics.
std::vector<float> weights_of(Embedder& model) {
    std::vector<float> all;
    for (const StoredTensor& tensor : model.weights()) {
        if (tensor.type == StoredType::int64) continue;
        const auto* numbers = static_cast<const float*>(tensor.data);
        all.insert(all.end(), numbers, numbers + tensor.info.size());
    }
    return all;
}

// Each of the ways that images have into a network must refuse these, and change nothing.
void check_refused(const std::vector<float>& images, const std::string& message) {
    Training trainer({.batch = {2}, .keep_gradients = true});
    Frozen frozen(4);
    const std::vector<float> before = weights_of(trainer);
    std::vector<float> features(4 * 5);
    const auto refused = [&](const std::string& caller, const auto& action) {
        CAPTURE(caller);
        const std::string all = "image 2 (counted from 0) of " + caller + " holds the number " + message;
        CHECK_THROWS_WITH_AS(action(), doctest::Contains(all.c_str()), Error);
    };
    refused("a training step", [&] { trainer.step(images, labels); });
    refused("a training step", [&] { trainer.compute_gradients(images, labels); });
    refused("update_statistics", [&] { trainer.update_statistics(images, 0.5); });
    refused("embed", [&] { trainer.embed(images, features); });
    refused("embed", [&] { frozen.embed(images, features); });
    CHECK(weights_of(trainer) == before);
    CHECK(trainer.steps() == 0);
    trainer.step(pictures(4), labels);  // as if nothing had been
    CHECK(trainer.steps() == 1);
}

template <class Optimizer>
void check_refused_optimizer(const Optimizer& optimizer, const char* message) {
    using Trains = Trainer<Verifier, Optimizer, Cpu<fp32>>;
    CHECK_THROWS_WITH_AS(Trains({.batch = {2}, .optimizer = optimizer}), doctest::Contains(message), Error);
}

}  // namespace

TEST_CASE("pixels of 0 to 255 are refused with what to do, wherever they come in") {
    std::vector<float> images = pictures(4);
    for (std::size_t i = 2 * image_size; i < 3 * image_size; ++i) images[i] *= 255.0F;
    images[2 * image_size] = 200.0F;
    check_refused(images, "200.000000, beyond the input limit of 16.000000; networks take pixels in [0, 1]: divide");
}

TEST_CASE("so are numbers that are not finite, at any place") {
    for (const double bad : {not_a_number, infinity, -infinity})
        for (const std::size_t place : {std::size_t{0}, image_size / 2, image_size - 1}) {
            std::vector<float> images = pictures(4);
            images[2 * image_size + place] = static_cast<float>(bad);
            check_refused(images, std::to_string(bad) + ", which is not finite");
        }
}

TEST_CASE("standardised inputs are taken, and with another limit larger ones, but never NaN") {
    std::vector<float> images = pictures(4, 15.9), features(4 * 5);
    images[0] = -15.9F;
    Training trainer({.batch = {2}, .optimizer = {.learning_rate = 1e-6}});
    CHECK(std::isfinite(trainer.step(images, labels).loss));
    images[0] = -300.0F;
    CHECK_THROWS_AS(trainer.step(images, labels), Error);
    Training wide({.batch = {2}, .optimizer = {.learning_rate = 1e-6}, .input_limit = 300.0});
    CHECK(std::isfinite(wide.step(images, labels).loss));
    Frozen any(4, {}, infinity);
    any.embed(images, features);
    images[1] = std::numeric_limits<float>::infinity();
    CHECK_THROWS_AS(any.embed(images, features), Error);
    for (const double limit : {0.0, -1.0, not_a_number}) {
        CHECK_THROWS_WITH_AS(Frozen(4, {}, limit), doctest::Contains("is not above 0"), Error);
        CHECK_THROWS_WITH_AS(Training({.batch = {2}, .input_limit = limit}), doctest::Contains("is not above 0"),
                             Error);
    }
}

TEST_CASE("weights that give no finite features or scores decide nothing") {
    Frozen frozen(4);
    std::vector<float> features(4 * 5);
    static_cast<float*>(frozen.weights().back().data)[3] = std::numeric_limits<float>::quiet_NaN();
    CHECK_THROWS_WITH_AS(frozen.embed(pictures(4), features),
                         doctest::Contains("features that are not finite, of image 0"), Error);

    Training trainer({.batch = {2}});
    std::vector<float> left(2 * 5, 1.0F), right(2 * 5, 1.0F);
    std::vector<double> scores(2);
    for (const double bad : {not_a_number, infinity})
        for (std::vector<float>* side : {&left, &right}) {
            (*side)[7] = static_cast<float>(bad);
            for (Embedder* model : std::initializer_list<Embedder*>{&trainer, &frozen})
                CHECK_THROWS_WITH_AS(model->score(left, right, scores),
                                     doctest::Contains("features that are not finite, of pair 1"), Error);
            (*side)[7] = 1.0F;
        }
    CHECK_THROWS_WITH_AS(frozen.embed(std::vector<float>(100), features),
                         doctest::Contains("embed got 100 values of images"), Error);
    CHECK_THROWS_WITH_AS(frozen.score(std::span(left).first(9), right, scores),
                         doctest::Contains("score got features of 9 and 10 numbers for 2 pairs"), Error);
    CHECK_THROWS_WITH_AS(frozen.score(left, std::span(right).first(9), scores),
                         doctest::Contains("score got features of 10 and 9 numbers for 2 pairs"), Error);
    CHECK_THROWS_WITH_AS(Frozen(0), doctest::Contains("at least 1 image; got 0"), Error);
    Inference<Siamese<Network, ConcatBceLoss>, Cpu<fp32>> head(1);
    static_cast<float*>(head.weights().back().data)[0] = std::numeric_limits<float>::quiet_NaN();
    CHECK_THROWS_WITH_AS(head.score(left, right, scores), doctest::Contains("score that is not finite"), Error);
}

TEST_CASE("labels that are none, and factors and shares that make no sense, are refused") {
    Training trainer({.batch = {2}, .average_weights = true});
    const std::vector<float> before = weights_of(trainer), images = pictures(4);
    const std::vector wrong{PairLabel::same, static_cast<PairLabel>(7)};
    CHECK_THROWS_WITH_AS(trainer.step(images, wrong), doctest::Contains("the label 7 for pair 1"), Error);
    for (const double factor : {not_a_number, infinity, -1.0}) {
        CHECK_THROWS_WITH_AS(trainer.step(images, labels, factor), doctest::Contains("of the learning rate"), Error);
        CHECK_THROWS_AS(trainer.update(factor), Error);
    }
    for (const double keep : {not_a_number, -0.1, 1.1}) {
        CHECK_THROWS_WITH_AS(trainer.update_average(keep), doctest::Contains("update_average got the share"), Error);
        CHECK_THROWS_WITH_AS(trainer.update_statistics(images, keep),
                             doctest::Contains("update_statistics got the share"), Error);
    }
    CHECK_THROWS_AS(trainer.resume_at(-1), Error);
    CHECK(weights_of(trainer) == before);
    CHECK(trainer.steps() == 0);
}

TEST_CASE("an optimizer's settings that make no sense are refused") {
    for (const double bad : {not_a_number, infinity, -0.1}) {
        check_refused_optimizer(SGD{.learning_rate = bad}, "the learning rate");
        check_refused_optimizer(SGD{.momentum = bad}, "an optimizer got the momentum");
        check_refused_optimizer(SGD{.weight_decay = bad}, "an optimizer got the weight decay");
        check_refused_optimizer(Adam{.learning_rate = bad}, "the learning rate");
        check_refused_optimizer(Adam{.beta1 = bad}, "an optimizer got the beta1");
        check_refused_optimizer(AdamW{.beta2 = bad}, "an optimizer got the beta2");
        check_refused_optimizer(AdamW{.epsilon = bad}, "an optimizer got the epsilon");
        check_refused_optimizer(AdamW{.weight_decay = bad}, "an optimizer got the weight decay");
    }
    check_refused_optimizer(SGD{.momentum = 1.0}, "below 1");
    check_refused_optimizer(Adam{.beta1 = 1.0}, "below 1");
    check_refused_optimizer(SGD{.nesterov = true}, "nesterov without momentum");
}

TEST_CASE("a schedule that would divide by 0, or give no number, is refused") {
    CHECK_THROWS_WITH_AS(step_schedule(0, 0.5), doctest::Contains("every = 0"), Error);
    CHECK_THROWS_WITH_AS(cosine_schedule(0), doctest::Contains("steps = 0"), Error);
    CHECK_THROWS_WITH_AS(linear_warm_up(-1, constant_schedule()), doctest::Contains("steps = -1"), Error);
    for (const double bad : {not_a_number, infinity, -0.5}) {
        CHECK_THROWS_WITH_AS(step_schedule(1, bad), doctest::Contains("gamma"), Error);
        CHECK_THROWS_WITH_AS(cosine_schedule(1, bad), doctest::Contains("last"), Error);
        CHECK_THROWS_WITH_AS(linear_warm_up(1, constant_schedule(), bad), doctest::Contains("first"), Error);
    }
}
