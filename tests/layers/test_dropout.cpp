// Dropout: what it drops, that backward drops the same, and that inference drops nothing.
#include <doctest/doctest.h>

#include <algorithm>
#include <ratio>

#include "layer_run.hpp"

using namespace ditto;
using test::Tensor;

constexpr std::size_t samples = 8;
using Run = test::LayerRun<Dropout<std::ratio<1, 4>>, Shape<16, 16, 5>, fp32>;

Run training_run(int threads = 2) {
    Run run(samples, 1, threads);
    std::fill(run.input.begin(), run.input.end(), 3.0F);
    std::fill(run.output_gradient.begin(), run.output_gradient.end(), 3.0F);
    run.run_forward(true);
    return run;
}

TEST_CASE("a quarter of the numbers becomes 0, the others grow by 4/3") {
    const Run run = training_run();
    const auto dropped = std::count(run.output.begin(), run.output.end(), 0.0F);
    CHECK(std::count(run.output.begin(), run.output.end(), 4.0F) == static_cast<long>(run.output.size()) - dropped);
    // 10,240 numbers: the standard deviation of the dropped share is 0.0043.
    CHECK(static_cast<double>(dropped) / static_cast<double>(run.output.size()) == doctest::Approx(0.25).epsilon(0.07));
}

TEST_CASE("backward drops what forward dropped") {
    Run run = training_run();
    run.run_backward();
    CHECK(run.input_gradient == run.output);
}

TEST_CASE("samples drop different numbers, threads the same") {
    const Run run = training_run();
    CHECK_FALSE(std::equal(run.output.begin(), run.output.begin() + Run::out_size, run.output.begin() + Run::out_size));
    for (const int threads : {1, 3, 5}) CHECK(training_run(threads).output == run.output);
}

TEST_CASE("inference changes nothing") {
    Run run(samples);
    std::fill(run.input.begin(), run.input.end(), 3.0F);
    run.run_forward(false);
    CHECK(run.output == run.input);
    run.run_forward_in_place(false);
    CHECK(run.output == Tensor<float>(samples * Run::in_size, 3.0F));
}
