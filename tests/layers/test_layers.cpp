// Every layer against PyTorch's values in float64, against finite differences, and against itself on other numbers of
// threads. (One program: the layers would otherwise be compiled three times.)
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <type_traits>

#include "cases.hpp"

using namespace ditto;
using namespace ditto::test;

// float64: both sides round sums of at most 600 products, to about 1e-16 each. float32: the same at 6e-8 each; rounding
// adds up like a random walk, so relative distances of a few 1e-7 remain.
template <class Precision>
inline constexpr double tolerance = std::is_same_v<Precision, fp64> ? 1e-13 : 1e-6;

template <class T>
double distance(const Tensor<T>& found, const std::string& name) {
    static const reference::ValueFile file("layers");
    return reference::relative_difference(reference::widened(found), file[name]);
}

template <class Case, class Run>
void check_backward(const Run& run, double limit) {
    CHECK(distance(run.input_gradient, Case::results() + ".grad_input") <= limit);
    for (std::size_t i = 0; i < run.parameters.size(); ++i) {
        const auto found = reference::in_file_order(run.parameter_infos[i], run.parameter_gradients[i].data());
        const auto name = Case::results() + ".grad_" + std::string(run.parameter_infos[i].name);
        CHECK(distance(Tensor<typename Run::T>(found.begin(), found.end()), name) <= limit);
    }
}

template <class Case, class Precision>
void check_case() {
    constexpr double limit = tolerance<Precision>;
    CAPTURE(Case::results());
    CAPTURE(limit);
    auto run = make_run<Case, Precision>();
    run.run_forward(true);
    CHECK(distance(run.output, Case::results() + ".output") <= limit);
    for (std::size_t i = 0; i < run.buffers.size(); ++i)
        CHECK(distance(run.buffers[i], Case::results() + "." + std::string(run.buffer_infos[i].name)) <= limit);
    run.run_backward();
    check_backward<Case>(run, limit);

    const auto gradients = run.parameter_gradients;
    run.run_backward_of_first_layer();
    CHECK(run.parameter_gradients == gradients);
    if constexpr (Case::Layer::in_place) {
        run.run_forward_in_place(true);
        CHECK(distance(run.output, Case::results() + ".output") <= limit);
    }
    if constexpr (Case::Layer::backward_in_place) {
        run.run_backward_in_place();
        check_backward<Case>(run, limit);
    }
}

TEST_CASE_TEMPLATE_DEFINE("a layer gives PyTorch's values", T, pytorch_values) {
    check_case<T, fp64>();
    check_case<T, fp32>();
}
TEST_CASE_TEMPLATE_APPLY(pytorch_values, Cases);

// In inference every layer but BatchNorm gives what it gives in training, and BatchNorm what PyTorch's eval() gives.
template <class Case, class Precision>
void check_inference() {
    CAPTURE(Case::results());
    const bool batch_norm = Case::Layer::tracks_batches;
    const auto name = batch_norm ? Case::inputs() + ".eval.output" : Case::results() + ".output";
    auto run = make_run<Case, Precision>();
    const auto buffers = run.buffers;
    run.run_forward(false);
    CHECK(distance(run.output, name) <= tolerance<Precision>);
    if constexpr (Case::Layer::in_place_inference) {
        run.run_forward_in_place(false);
        CHECK(distance(run.output, name) <= tolerance<Precision>);
    }
    CHECK(run.buffers == buffers);
}

TEST_CASE_TEMPLATE_DEFINE("a layer in inference gives PyTorch's values", T, inference_values) {
    check_inference<T, fp64>();
    check_inference<T, fp32>();
}
TEST_CASE_TEMPLATE_APPLY(inference_values, Cases);

// A number that is none must not be lost on the way to the loss, where it is noticed.
template <class Case>
void check_not_a_number(bool is_training) {
    CAPTURE(Case::results());
    CAPTURE(is_training);
    auto run = make_run<Case, fp32>();
    run.input[0] = std::numeric_limits<float>::quiet_NaN();
    run.run_forward(is_training);
    CHECK(std::ranges::any_of(run.output, [](float number) { return std::isnan(number); }));
}

TEST_CASE_TEMPLATE_DEFINE("NaN goes through a layer", T, not_a_number) {
    check_not_a_number<T>(true);
    check_not_a_number<T>(false);
}
TEST_CASE_TEMPLATE_APPLY(not_a_number, Cases);

// The truncation of a central difference is about step^2 = 1e-12 of the function's third derivative, which is 1e5 where
// BatchNorm divides by a small deviation; its rounding is about 1e-16 / step = 1e-10 of the function's value, up to
// 100. 1e-7 leaves room for both and is far below any mistake.
constexpr double step = 1e-6;
constexpr double difference_tolerance = 1e-7;

// The number whose gradients backward gives: sum of output * output_gradient.
template <class Run>
double objective(Run& run) {
    run.run_forward(true);
    double sum = 0;
    for (std::size_t i = 0; i < run.output.size(); ++i) sum += run.output[i] * run.output_gradient[i];
    return sum;
}

// Checks up to about 100 entries of a tensor and its gradient.
template <class Run>
void check_gradient(Run& run, Tensor<double>& tensor, const Tensor<double>& gradient) {
    double largest = 1;
    for (const double value : gradient) largest = std::max(largest, std::abs(value));
    for (std::size_t i = 0; i < tensor.size(); i += 1 + tensor.size() / 100) {
        const double value = tensor[i];
        tensor[i] = value + step;
        const double above = objective(run);
        tensor[i] = value - step;
        const double below = objective(run);
        tensor[i] = value;
        CAPTURE(i);
        CHECK(std::abs((above - below) / (2 * step) - gradient[i]) <= difference_tolerance * largest);
    }
}

TEST_CASE_TEMPLATE_DEFINE("gradients are the derivatives of the output", T, finite_differences) {
    CAPTURE(T::results());
    if (T::has_ties()) return;  // the maximum of equal numbers has no derivative
    auto run = make_run<T, fp64>();
    run.run_forward(true);
    run.run_backward();
    check_gradient(run, run.input, run.input_gradient);
    for (std::size_t i = 0; i < run.parameters.size(); ++i)
        check_gradient(run, run.parameters[i], run.parameter_gradients[i]);
}
TEST_CASE_TEMPLATE_APPLY(finite_differences, Cases);

template <class Case, class Precision>
void check_threads() {
    CAPTURE(Case::results());
    auto expected = make_run<Case, Precision>(1);
    expected.run_forward(true);
    expected.run_backward();
    for (const int threads : {2, 3, 5}) {
        CAPTURE(threads);
        auto run = make_run<Case, Precision>(threads);
        run.run_forward(true);
        run.run_backward();
        CHECK(run.output == expected.output);
        CHECK(run.buffers == expected.buffers);
        CHECK(run.input_gradient == expected.input_gradient);
        CHECK(run.parameter_gradients == expected.parameter_gradients);
    }
}

TEST_CASE_TEMPLATE_DEFINE("results do not depend on the number of threads", T, same_bits) {
    check_threads<T, fp64>();
    check_threads<T, fp32>();
}
TEST_CASE_TEMPLATE_APPLY(same_bits, Cases);
