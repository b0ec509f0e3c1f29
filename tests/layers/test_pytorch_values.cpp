// Every layer against PyTorch's values in float64.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

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
