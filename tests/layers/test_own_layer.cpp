// The layers of example 3, which a user might have written: by themselves, and in a network that is saved and loaded.
#include <doctest/doctest.h>

#include <cmath>
#include <ditto/ditto.hpp>
#include <ditto/model/weights_file.hpp>
#include <vector>

#include "../../examples/course/03_own_layer.hpp"
#include "../support/temporary_folder.hpp"
#include "layer_run.hpp"

using namespace ditto;

namespace {

using Input = Shape<4, 5, 3>;
constexpr std::size_t images = 6;

// A run with numbers of both signs everywhere.
template <class Layer>
test::LayerRun<Layer, Input, fp64> make_run(int threads) {
    test::LayerRun<Layer, Input, fp64> run(images, 1, threads);
    Random random(1, RandomPurpose::test);
    for (double& number : run.input) number = random.normal();
    for (double& number : run.output_gradient) number = random.normal();
    for (auto& parameter : run.parameters)
        for (double& number : parameter) number = random.normal();
    return run;
}

// The slope of sum(output * output_gradient) along `number`, which must be one of the run's.
template <class Run>
double slope(Run& run, double& number) {
    constexpr double step = 1e-6;
    const auto value_at = [&](double at) {
        number = at;
        run.run_forward(true);
        double sum = 0.0;
        for (std::size_t i = 0; i < run.output.size(); ++i) sum += run.output[i] * run.output_gradient[i];
        return sum;
    };
    const double before = number, above = value_at(before + step), below = value_at(before - step);
    number = before;
    return (above - below) / (2 * step);
}

template <class Layer>
void check_gradients() {
    auto run = make_run<Layer>(2);
    run.run_forward(true);
    run.run_backward();
    // A step of 1e-6 leaves a rounding error of about 1e-9 in sums of size 10.
    const auto check = [&](auto& numbers, const auto& gradients) {
        for (std::size_t i = 0; i < numbers.size(); ++i)
            CHECK(gradients[i] == doctest::Approx(slope(run, numbers[i])).epsilon(1e-7));
    };
    check(run.input, run.input_gradient);
    for (std::size_t i = 0; i < run.parameters.size(); ++i) check(run.parameters[i], run.parameter_gradients[i]);
}

template <class Layer>
void check_threads() {
    auto one = make_run<Layer>(1), three = make_run<Layer>(3);
    for (auto* run : {&one, &three}) {
        run->run_forward(true);
        run->run_backward();
    }
    CHECK(one.output == three.output);
    CHECK(one.input_gradient == three.input_gradient);
    CHECK(one.parameter_gradients == three.parameter_gradients);
}

}  // namespace

TEST_CASE("forward computes what the layer says") {
    auto swish = make_run<mine::Swish>(2);
    swish.run_forward(false);
    auto prelu = make_run<mine::PReLU<3>>(2);
    prelu.run_forward(false);
    for (std::size_t i = 0; i < swish.input.size(); ++i) {
        const double x = swish.input[i], slope = prelu.parameters[0][i % 3], y = prelu.input[i];
        CHECK(swish.output[i] == doctest::Approx(x / (1 + std::exp(-x))).epsilon(1e-14));
        CHECK(prelu.output[i] == std::max(y, 0.0) + slope * std::min(y, 0.0));
    }
}

TEST_CASE("backward agrees with finite differences") {
    check_gradients<mine::Swish>();
    check_gradients<mine::PReLU<3>>();
}

TEST_CASE("results do not depend on the number of threads") {
    check_threads<mine::Swish>();
    check_threads<mine::PReLU<3>>();
}

TEST_CASE("what an own layer learns is saved with the network's weights, and loaded again") {
    using Network = Sequential<Shape<4, 4, 2>, mine::PReLU<2>, mine::Swish, Flatten, Linear<32, 3>>;
    using Verifier = Siamese<Network, ContrastiveLoss>;
    Trainer<Verifier, SGD, Cpu<fp32>> trainer({.batch = {2}});
    std::vector<float> pictures(4 * 32);
    Random random(1, RandomPurpose::test);
    for (float& number : pictures) number = static_cast<float>(random.normal());
    const std::vector labels{PairLabel::same, PairLabel::different};
    for (int step = 0; step < 3; ++step) trainer.step(pictures, labels);
    std::vector<float> expected(4 * 3), found(4 * 3);
    trainer.embed(pictures, expected);

    const StoredTensor slopes = trainer.weights().front();
    CHECK(slopes.name == "backbone.0.weight");
    CHECK(static_cast<const float*>(slopes.data)[0] != 0.25F);  // where it began

    const TemporaryFolder folder;
    save_weights(folder / "weights", trainer.weights(), {});
    Inference<Verifier, Cpu<fp32>> inference(4);
    load_weights(folder / "weights", inference.weights(), fingerprint<Network>());
    inference.embed(pictures, found);
    CHECK(found == expected);
}
