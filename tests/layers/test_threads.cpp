// Every layer gives the same bits for any number of threads.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include "cases.hpp"

using namespace ditto;
using namespace ditto::test;

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
