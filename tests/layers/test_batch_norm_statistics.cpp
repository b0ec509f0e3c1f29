// BatchNorm's statistics where they are hard: numbers far from 0, batches of several chunks, few rows, huge and tiny
// numbers; beside plain sums in long double.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

#include "layer_run.hpp"

using namespace ditto;
using namespace ditto::test;

namespace {

// Mean and sum of squared deviations of each group's rows of one channel, in long double.
struct Plain {
    long double mean = 0, deviations = 0;
    std::size_t count = 0;
};
template <class Run>
Plain plain(const Run& run, std::size_t channels, std::size_t groups, std::size_t group, std::size_t channel) {
    Plain result;
    const std::size_t rows = run.input.size() / channels / groups;
    result.count = rows;
    const auto at = [&](std::size_t row) {
        return static_cast<long double>(run.input[(group * rows + row) * channels + channel]);
    };
    for (std::size_t row = 0; row < rows; ++row) result.mean += at(row);
    result.mean /= static_cast<long double>(rows);
    for (std::size_t row = 0; row < rows; ++row) result.deviations += (at(row) - result.mean) * (at(row) - result.mean);
    return result;
}

// Runs forward with running averages of 0 and weights of 1, and compares the averages and the output.
template <int Channels, class Input, class P>
void check(
    LayerRun<std::conditional_t<Input::extents.is_flat(), BatchNorm1d<Channels>, BatchNorm2d<Channels>>, Input, P>& run,
    std::size_t groups) {
    using T = typename P::scalar;
    constexpr std::size_t channels = Channels;
    // The last rounding to T, of the averages twice; float64 sums beside long double ones.
    const double tolerance = std::is_same_v<T, float> ? 4e-7 : 1e-13;
    for (auto& weight : run.parameters[0]) weight = 1;
    run.run_forward(true);
    for (std::size_t c = 0; c < channels; ++c) {
        CAPTURE(c);
        long double mean = 0, variance = 0;
        for (std::size_t group = 0; group < groups; ++group) {
            const Plain p = plain(run, channels, groups, group, c);
            mean = 0.9L * mean + 0.1L * p.mean;
            variance = 0.9L * variance + 0.1L * p.deviations / static_cast<long double>(p.count - 1);
            // The output is what it is of the rounded mean: it is off by as much.
            const long double inverse = 1 / std::sqrt(p.deviations / static_cast<long double>(p.count) + 1e-5L);
            const long double rounding = std::abs(p.mean) * std::numeric_limits<T>::epsilon() * inverse;
            for (std::size_t row = 0; row < p.count; row += 1 + p.count / 50) {
                const std::size_t i = (group * p.count + row) * channels + c;
                const long double right = (static_cast<long double>(run.input[i]) - p.mean) * inverse;
                REQUIRE(std::abs(static_cast<long double>(run.output[i]) - right) <=
                        rounding + tolerance * (1 + std::abs(right)));
            }
        }
        CHECK(std::abs(static_cast<long double>(run.buffers[0][c]) - mean) <= tolerance * std::abs(mean));
        CHECK(std::abs(static_cast<long double>(run.buffers[1][c]) - variance) <= tolerance * variance);
    }
}

template <class P, class Number>
void check_rows(std::size_t images, std::size_t groups, const Number& number) {
    LayerRun<BatchNorm1d<3>, Shape<3>, P> run(images, groups);
    for (std::size_t i = 0; i < run.input.size(); ++i)
        run.input[i] = static_cast<typename P::scalar>(number(i / 3, i % 3));
    check<3, Shape<3>, P>(run, groups);
}

}  // namespace

// The deviations are taken from the mean rounded to T. Of b + u, b + u, b, where u is b's last place, the mean is
// b + 2/3 u and rounds to b + u: the sum of squares around that is u^2 instead of 2/3 u^2.
TEST_CASE("the deviations are those from the mean, not from the rounded mean") {
    const float base = 262144.0F, unit = std::nextafter(base, 2 * base) - base;
    check_rows<fp32>(3, 1, [&](std::size_t row, std::size_t c) {
        return base * static_cast<float>(1 << c) + (row < 2 ? unit * static_cast<float>(1 << c) : 0.0F);
    });
}

// 21 rows a chunk of 1536 channels, 42 in all, and one more; the mean drifts from chunk to chunk.
TEST_CASE_TEMPLATE("chunks are merged with what lies between their means", P, fp32, fp64) {
    constexpr std::size_t channels = 1536;
    static_assert(detail::rows_per_chunk(channels) == 21);
    for (const std::size_t groups : {std::size_t{1}, std::size_t{2}}) {
        CAPTURE(groups);
        const std::size_t rows = 43 * groups;
        LayerRun<BatchNorm1d<channels>, Shape<channels>, P> run(rows, groups);
        for (std::size_t i = 0; i < run.input.size(); ++i) {
            const std::size_t row = i / channels, c = i % channels;
            run.input[i] = static_cast<typename P::scalar>(static_cast<double>(row) * 3 + static_cast<double>(c % 7) +
                                                           0.25 * static_cast<double>(row * c % 5));
        }
        check<channels, Shape<channels>, P>(run, groups);
    }
}

TEST_CASE_TEMPLATE("few rows, a prime of them, and equal ones", P, fp32, fp64) {
    const auto spread = [](std::size_t row, std::size_t c) {
        return static_cast<double>((row * 7 + c * 3) % 11) - 4.0;
    };
    check_rows<P>(2, 1, spread);
    check_rows<P>(4, 2, spread);
    check_rows<P>(13, 1, spread);
    check_rows<P>(5, 1, [](std::size_t, std::size_t c) { return static_cast<double>(c + 1); });  // no deviation
}

TEST_CASE("huge numbers, whose squares the type just holds") {
    check_rows<fp32>(4, 1, [](std::size_t row, std::size_t c) {
        return (row % 2 == 0 ? 1e18 : -2e18) * static_cast<double>(c + 1);
    });
    check_rows<fp64>(4, 1, [](std::size_t row, std::size_t c) {
        return (row % 2 == 0 ? 1e150 : -2e150) * static_cast<double>(c + 1);
    });
}

TEST_CASE("subnormal numbers have no deviation to speak of, and give no NaN") {
    LayerRun<BatchNorm1d<3>, Shape<3>, fp32> run(4);
    for (std::size_t i = 0; i < run.input.size(); ++i)
        run.input[i] = std::numeric_limits<float>::denorm_min() * static_cast<float>(i);
    for (auto& weight : run.parameters[0]) weight = 1;
    for (auto& slope : run.output_gradient) slope = std::numeric_limits<float>::denorm_min();
    run.run_forward(true);
    for (const float number : run.output) CHECK(std::abs(number) < 1e-40F);
    run.run_backward();
    for (const float number : run.input_gradient) CHECK(std::abs(number) < 1e-40F);
}
