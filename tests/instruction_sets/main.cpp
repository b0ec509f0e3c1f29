// The same training, compiled for plain x86-64, AVX2 or AVX-512: each program has one of them or several.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>

#include "step.hpp"

namespace {

std::vector<Outcome> outcomes;

double relative_difference(const std::vector<double>& a, const std::vector<double>& b) {
    REQUIRE(a.size() == b.size());
    double difference = 0.0, size = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference += (a[i] - b[i]) * (a[i] - b[i]);
        size += a[i] * a[i];
    }
    return std::sqrt(difference / size);
}

}  // namespace

TEST_CASE("training gives what a float64 run gives, whatever the instruction set") {
    // Losses of the same three steps on Cpu<fp64>, which has no fast paths. The first is a sum of products, rounded to
    // 7 digits. Each step multiplies what rounding did by tens, because batches of four pairs divide by small
    // deviations; a wrong term in a gradient would show in the second digit.
    const std::vector<double> expected = {64.8506407468, 39.3986835238, 26.5724081505};
    for (const Outcome& outcome : outcomes) {
        CAPTURE(outcome.instruction_set);
        CHECK(std::abs(outcome.losses[0] / expected[0] - 1) < 2e-6);
        CHECK(relative_difference(outcome.losses, expected) < 2e-3);
        CHECK(outcome.same_with_any_threads);
    }
}

TEST_CASE("instruction sets in one program keep to their own kernels") {
    for (std::size_t i = 1; i < outcomes.size(); ++i) {
        CAPTURE(outcomes[i].instruction_set);
        CHECK(outcomes[i].instruction_set != outcomes[0].instruction_set);
        CHECK(relative_difference(outcomes[i].weights, outcomes[0].weights) < 1e-4);
        CHECK(outcomes[i].pass != outcomes[0].pass);
    }
}

int main(int argc, char** argv) {
#ifdef WITH_AVX512
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512dq") ||
        !__builtin_cpu_supports("avx512bw") || !__builtin_cpu_supports("avx512vl")) {
        std::puts("skipped: this processor has no AVX-512");
        return 77;
    }
#endif
#ifdef WITH_AVX2
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) {
        std::puts("skipped: this processor has no AVX2");
        return 77;
    }
#endif
#ifdef WITH_BASELINE
    outcomes.push_back(step_baseline());
#endif
#ifdef WITH_AVX2
    outcomes.push_back(step_avx2());
#endif
#ifdef WITH_AVX512
    outcomes.push_back(step_avx512());
#endif
    doctest::Context context(argc, argv);
    return context.run();
}
