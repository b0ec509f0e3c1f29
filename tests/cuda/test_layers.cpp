// Every layer on CUDA against PyTorch's values in float64: the same list of cases as on the CPU.
#include <doctest/doctest.h>

#include <string>
#include <type_traits>

#include "../layers/cases.hpp"
#include "device_layer_run.hpp"

using namespace ditto;
using namespace ditto::test;

namespace {

// float32 as on the CPU, with sums of squares about a point near the mean instead of the mean. tf32 rounds factors to
// 10 bits, bfloat16 everything to 8: sums of up to 400 products of both signs keep 2 or 3 of them.
template <class Precision>
inline constexpr double tolerance = std::is_same_v<Precision, fp32>   ? 3e-6
                                    : std::is_same_v<Precision, tf32> ? 2e-3
                                                                      : 2e-2;

double distance(const Tensor<float>& found, const std::string& name) {
    static const reference::ValueFile file("layers");
    return reference::relative_difference(reference::widened(found), file[name]);
}

template <class Case, class Precision>
void check_case() {
    constexpr double limit = tolerance<Precision>;
    // Rounded to 8 bits, numbers become equal that were not, and another pixel wins; and of two samples in a group
    // normalisation leaves signs, whose gradients are all rounding.
    const bool two_samples = Case::groups == 2 && Case::inputs() == "batch_norm_1d";
    if (std::is_same_v<Precision, bf16> && (Case::inputs().starts_with("max_pool") || two_samples)) return;
    CAPTURE(Case::results());
    CAPTURE(limit);
    auto run = make_run<Case, fp32>();
    run_on_cuda<Precision>(run, images, Case::groups, true);
    CHECK(distance(run.output, Case::results() + ".output") <= limit);
    for (std::size_t i = 0; i < run.buffers.size(); ++i)
        CHECK(distance(run.buffers[i], Case::results() + "." + std::string(run.buffer_infos[i].name)) <= limit);
    CHECK(distance(run.input_gradient, Case::results() + ".grad_input") <= limit);
    const auto check_parameters = [&] {
        for (std::size_t i = 0; i < run.parameters.size(); ++i) {
            const auto found = reference::in_file_order(run.parameter_infos[i], run.parameter_gradients[i].data());
            const auto name = Case::results() + ".grad_" + std::string(run.parameter_infos[i].name);
            CHECK(distance(Tensor<float>(found.begin(), found.end()), name) <= limit);
        }
    };
    check_parameters();

    auto first = make_run<Case, fp32>();
    run_on_cuda<Precision>(first, images, Case::groups, true, true);
    CHECK(first.parameter_gradients == run.parameter_gradients);

    auto frozen = make_run<Case, fp32>();
    run_on_cuda<Precision>(frozen, images, Case::groups, false);
    const auto name = Case::Layer::tracks_batches ? Case::inputs() + ".eval.output" : Case::results() + ".output";
    CHECK(distance(frozen.output, name) <= limit);
}

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("a layer on CUDA gives PyTorch's values", T, cuda_values) {
    check_case<T, fp32>();
    check_case<T, tf32>();
    check_case<T, bf16>();
}
TEST_CASE_TEMPLATE_APPLY(cuda_values, Cases);
