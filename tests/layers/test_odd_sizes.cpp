// Layers at sizes that nothing is built for: one pixel, one channel, one image, primes; beside plain sums in float64.
// The convolutions' shapes are drawn, while compiling, from a seed.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "ditto/core/random.hpp"
#include "layer_run.hpp"
#include "plain_sums.hpp"

using namespace ditto;
using namespace ditto::test;

namespace {

// The size of a convolution, drawn from a seed: channels 1 to 5, maps 1 to 13, kernels 1 to 5.
struct Drawn {
    int height, width, in, out, kernel, padding, stride, images;
};
constexpr Drawn drawn(std::uint64_t seed) {
    std::uint64_t state = seed * 0x9E37'79B9'7F4A'7C15U + 1;
    const auto between = [&](int low, int high) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        return low + static_cast<int>((state >> 33) % static_cast<std::uint64_t>(high - low + 1));
    };
    Drawn size{};
    size.kernel = std::array{1, 2, 3, 3, 5, 5}[static_cast<std::size_t>(between(0, 5))];
    size.padding = between(0, size.kernel / 2);
    const int least = std::max(1, size.kernel - 2 * size.padding);
    size.height = between(least, 13), size.width = between(least, 13);
    size.in = between(1, 5), size.out = between(1, 5);
    size.stride = between(1, std::min(size.kernel, 2));
    size.images = between(1, 3);
    return size;
}

template <class Numbers>
std::vector<double> wide(const Numbers& numbers) {
    return {numbers.begin(), numbers.end()};
}
template <class Numbers>
void fill_normal(Numbers& numbers, std::uint32_t sample) {
    Random random(7, RandomPurpose::test, 0, sample);
    for (auto& number : numbers)
        number = static_cast<std::decay_t<decltype(number)>>(static_cast<float>(random.normal()));
}
template <class Run>
void fill_all(Run& run, std::uint32_t sample) {
    fill_normal(run.input, 4 * sample);
    fill_normal(run.output_gradient, 4 * sample + 1);
    for (std::size_t i = 0; i < run.parameters.size(); ++i)
        fill_normal(run.parameters[i], 4 * sample + 2 + static_cast<std::uint32_t>(i));
}

// Sums of at most 125 products.
template <class P>
inline constexpr double tolerance = std::is_same_v<P, fp64> ? 1e-13 : 1e-5;

template <int Seed>
void check_convolution() {
    constexpr Drawn size = drawn(Seed);
    using P = std::conditional_t<Seed % 2 == 0, fp64, fp32>;
    using Conv = Conv2d<size.in, size.out, size.kernel, Padding<size.padding>, Stride<size.stride>, AllowTruncation>;
    LayerRun<Conv, Shape<size.height, size.width, size.in>, P> run(size.images, 1, 1 + Seed % 3);
    fill_all(run, Seed);
    run.run_forward(true);
    run.run_backward();
    PlainConvolution plain{size.height,
                           size.width,
                           size.in,
                           size.out,
                           size.kernel,
                           size.padding,
                           size.stride,
                           static_cast<std::size_t>(size.images),
                           wide(run.input),
                           wide(run.parameters[0]),
                           wide(run.parameters[1]),
                           wide(run.output_gradient),
                           {},
                           {},
                           {},
                           {}};
    plain.run();
    const std::string what = std::to_string(size.height) + "x" + std::to_string(size.width) + "x" +
                             std::to_string(size.in) + " to " + std::to_string(size.out) + ", kernel " +
                             std::to_string(size.kernel) + ", padding " + std::to_string(size.padding) + ", stride " +
                             std::to_string(size.stride) + ", images " + std::to_string(size.images);
    CAPTURE(what);
    CHECK(largest_error(run.output, plain.output) <= tolerance<P>);
    CHECK(largest_error(run.input_gradient, plain.input_gradient) <= tolerance<P>);
    CHECK(largest_error(run.parameter_gradients[0], plain.weight_gradient) <= tolerance<P>);
    CHECK(largest_error(run.parameter_gradients[1], plain.bias_gradient) <= tolerance<P>);
}

// y = x W + b and its gradients.
template <int In, int Out, class P>
void check_linear(std::size_t images) {
    LayerRun<Linear<In, Out>, Shape<In>, P> run(images);
    fill_all(run, static_cast<std::uint32_t>(images));
    run.run_forward(true);
    run.run_backward();
    // A linear layer is a convolution of one pixel.
    PlainConvolution plain{1,
                           1,
                           In,
                           Out,
                           1,
                           0,
                           1,
                           images,
                           wide(run.input),
                           wide(run.parameters[0]),
                           wide(run.parameters[1]),
                           wide(run.output_gradient),
                           {},
                           {},
                           {},
                           {}};
    plain.run();
    CAPTURE(In);
    CAPTURE(Out);
    CAPTURE(images);
    CHECK(largest_error(run.output, plain.output) <= tolerance<P>);
    CHECK(largest_error(run.input_gradient, plain.input_gradient) <= tolerance<P>);
    CHECK(largest_error(run.parameter_gradients[0], plain.weight_gradient) <= tolerance<P>);
    CHECK(largest_error(run.parameter_gradients[1], plain.bias_gradient) <= tolerance<P>);
}

}  // namespace

TEST_CASE("convolutions of drawn sizes") {
    [&]<int... Seed>(std::integer_sequence<int, Seed...>) {
        (check_convolution<Seed + 1>(), ...);
    }
    (std::make_integer_sequence<int, 12>{});
}

TEST_CASE("linear layers of one number, and of primes") {
    for (const std::size_t images : {1UL, 2UL, 7UL}) {
        check_linear<1, 1, fp64>(images);
        check_linear<13, 7, fp32>(images);
        check_linear<101, 1, fp32>(images);
    }
}

TEST_CASE("pools of one window, and one pixel") {
    LayerRun<MaxPool2d<5>, Shape<5, 5, 1>, fp64> largest(1);
    fill_all(largest, 1);
    largest.run_forward(true);
    largest.run_backward();
    const auto winner = std::max_element(largest.input.begin(), largest.input.end());
    CHECK(largest.output[0] == *winner);
    for (std::size_t i = 0; i < 25; ++i)
        CHECK(largest.input_gradient[i] ==
              (largest.input.begin() + static_cast<std::ptrdiff_t>(i) == winner ? largest.output_gradient[0] : 0.0));

    LayerRun<GlobalAveragePool2d, Shape<1, 1, 3>, fp32> average(3);
    fill_all(average, 2);
    average.run_forward(true);
    average.run_backward();
    CHECK(average.output == average.input);
    CHECK(average.input_gradient == average.output_gradient);

    LayerRun<AveragePool2d<7>, Shape<7, 7, 1>, fp64> mean(1);
    fill_all(mean, 3);
    mean.run_forward(true);
    mean.run_backward();
    double sum = 0;
    for (const double number : mean.input) sum += number;
    CHECK(mean.output[0] == doctest::Approx(sum / 49).epsilon(1e-14));
    for (const double slope : mean.input_gradient)
        CHECK(slope == doctest::Approx(mean.output_gradient[0] / 49).epsilon(1e-14));
}

// The length is computed in float64, where no float's square is 0 or infinite.
TEST_CASE("a vector of huge or of subnormal numbers has length 1 after normalisation") {
    for (const float scale : {3e38F, 1e-20F, 1e-30F}) {
        CAPTURE(scale);
        LayerRun<L2Normalize, Shape<2>, fp32> run(1);
        run.input = {0.6F * scale, -0.8F * scale};
        run.output_gradient = {1.0F, 0.0F};
        run.run_forward(true);
        if (scale > 1e-12F) {
            CHECK(run.output[0] == doctest::Approx(0.6));
            CHECK(run.output[1] == doctest::Approx(-0.8));
        } else {  // below epsilon the length counts as epsilon
            CHECK(run.output[0] == doctest::Approx(0.6 * static_cast<double>(scale) / 1e-12));
        }
        run.run_backward();
        for (const float slope : run.input_gradient) CHECK(std::isfinite(slope));
    }
    LayerRun<L2Normalize, Shape<1>, fp32> one(2);
    one.input = {-std::numeric_limits<float>::max(), std::numeric_limits<float>::denorm_min()};
    one.run_forward(true);
    CHECK(one.output[0] == -1.0F);
    CHECK(one.output[1] == doctest::Approx(1e12 * static_cast<double>(one.input[1])));
}

TEST_CASE("subnormal numbers go through a product as other numbers do") {
    LayerRun<Linear<3, 2>, Shape<3>, fp32> run(1);
    const float tiny = std::numeric_limits<float>::denorm_min();
    run.input = {tiny, 2 * tiny, 0.0F};
    std::fill(run.parameters[0].begin(), run.parameters[0].end(), 1.0F);
    run.run_forward(true);
    CHECK(run.output[0] == 3 * tiny);
    LayerRun<ReLU, Shape<3>, fp32> relu(1);
    relu.input = {tiny, -tiny, -0.0F};
    relu.run_forward(true);
    CHECK(relu.output[0] == tiny);
    CHECK(relu.output[1] == 0.0F);
}
