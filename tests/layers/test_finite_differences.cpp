// Every layer's gradients against central differences of its own output, in float64.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "cases.hpp"

using namespace ditto;
using namespace ditto::test;

// The truncation of a central difference is about step^2 = 1e-10 of the function's third derivative, its rounding about
// 1e-16 / step = 1e-11 of the function's value (up to 100 here): 1e-7 leaves room for both and is far below any
// mistake.
constexpr double step = 1e-5;
constexpr double tolerance = 1e-7;

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
        CHECK(std::abs((above - below) / (2 * step) - gradient[i]) <= tolerance * largest);
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
