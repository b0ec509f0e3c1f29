// Linear by slices of its weight beside its slow twin: plain sums in float64.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <span>
#include <vector>

#include "ditto/ditto.hpp"
#include "layer_run.hpp"

using namespace ditto;

namespace {

constexpr int in = 192, out = 64;
using Tested = Linear<in, out>;
static_assert(Kernel<Linear<in, out>, Shape<in>, Cpu<fp32>>::Slices::fits &&
                  Kernel<Linear<in, out>, Shape<in>, Cpu<fp64>>::Slices::fits,
              "this test is about the path by slices");

template <class T>
void fill(test::Tensor<T>& tensor, std::uint32_t sample) {
    Random random(3, RandomPurpose::test, 0, sample);
    for (T& number : tensor) number = static_cast<T>(static_cast<float>(random.normal()));
}

template <class P>
test::LayerRun<Tested, Shape<in>, P> run_layer(std::size_t images, int threads) {
    test::LayerRun<Tested, Shape<in>, P> run(images, 1, threads);
    fill(run.input, 1);
    fill(run.output_gradient, 2);
    fill(run.parameters[0], 3);
    fill(run.parameters[1], 4);
    run.run_forward(true);
    run.run_backward();
    return run;
}

// The largest error as a share of the expected numbers' root mean square.
template <class T, class Expected>
double error(const test::Tensor<T>& found, const Expected& expected) {
    double largest = 0.0, squares = 0.0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        const double right = expected(i);
        largest = std::max(largest, std::abs(static_cast<double>(found[i]) - right));
        squares += right * right;
    }
    return largest / std::sqrt(squares / static_cast<double>(found.size()));
}

}  // namespace

// Few images go one by one, more in groups that need not be full.
TEST_CASE_TEMPLATE("the passes are the sums they should be", P, fp32, fp64) {
    // Sums of up to 192 numbers, each rounded to half a unit in the last place.
    const double limit = std::is_same_v<P, fp32> ? 1e-5 : 1e-13;
    for (const std::size_t images : {1UL, 3UL, 4UL, 9UL, 32UL}) {
        CAPTURE(images);
        const auto run = run_layer<P>(images, 2);
        const auto x = [&](std::size_t image, std::size_t i) { return double(run.input[image * in + i]); };
        const auto dy = [&](std::size_t image, std::size_t o) { return double(run.output_gradient[image * out + o]); };
        const auto weight = [&](std::size_t i, std::size_t o) { return double(run.parameters[0][i * out + o]); };
        CHECK(error(run.output, [&](std::size_t at) {
                  double sum = double(run.parameters[1][at % out]);
                  for (std::size_t i = 0; i < in; ++i) sum += x(at / out, i) * weight(i, at % out);
                  return sum;
              }) < limit);
        CHECK(error(run.input_gradient, [&](std::size_t at) {
                  double sum = 0.0;
                  for (std::size_t o = 0; o < out; ++o) sum += dy(at / in, o) * weight(at % in, o);
                  return sum;
              }) < limit);
        CHECK(error(run.parameter_gradients[0], [&](std::size_t at) {
                  double sum = 0.0;
                  for (std::size_t image = 0; image < images; ++image) sum += x(image, at / out) * dy(image, at % out);
                  return sum;
              }) < limit);
        const auto more_threads = run_layer<P>(images, 3);
        CHECK(more_threads.output == run.output);
        CHECK(more_threads.input_gradient == run.input_gradient);
        CHECK(more_threads.parameter_gradients[0] == run.parameter_gradients[0]);
    }
}

namespace {

// Gathers a streamed gradient, and counts how often each number comes.
struct Gathered {
    std::vector<float> numbers = std::vector<float>(in * out);
    std::vector<int> times = std::vector<int>(in * out);
    std::mutex mutex;

    static void take(void* context, std::size_t parameter, std::size_t first, std::size_t count, const float* piece) {
        auto& self = *static_cast<Gathered*>(context);
        const std::lock_guard lock(self.mutex);
        CHECK(parameter == 7);
        for (std::size_t i = 0; i < count; ++i) {
            self.numbers[first + i] = piece[i];
            ++self.times[first + i];
        }
    }
};

}  // namespace

TEST_CASE("a streamed gradient is the one in memory, each number once") {
    const std::size_t images = 9;
    auto run = run_layer<fp32>(images, 2);
    Gathered gathered;
    const Cpu<fp32> device{2};
    std::vector<float> bias_gradient(out), input_gradient(run.input_gradient.size());
    test::Tensor<std::byte> workspace(
        Kernel<Tested, Shape<in>, Cpu<fp32>>::workspace_bytes({PassPhase::training_backward, images, 2}));
    BackwardCall<float> call{};
    call.images = images;
    call.input = run.input.data();
    call.output_gradient = run.output_gradient.data();
    call.input_gradient = input_gradient.data();
    call.parameters = {run.parameters[0].data(), run.parameters[1].data()};
    call.parameter_gradients = {nullptr, bias_gradient.data()};
    call.stream = {&Gathered::take, &gathered, 7};
    call.workspace = workspace.data();
    Kernel<Tested, Shape<in>, Cpu<fp32>>::backward(device, call);
    CHECK(std::equal(gathered.numbers.begin(), gathered.numbers.end(), run.parameter_gradients[0].begin()));
    CHECK(gathered.times == std::vector<int>(in * out, 1));
    CHECK(std::equal(input_gradient.begin(), input_gradient.end(), run.input_gradient.begin()));
}

namespace {

// The nearest number of 8 bits of mantissa.
float rounded(float number) {
    int exponent = 0;
    const double mantissa = std::frexp(static_cast<double>(number), &exponent);
    return static_cast<float>(std::ldexp(std::nearbyint(std::ldexp(mantissa, 8)), exponent - 8));
}

using HeldNetwork = Sequential<Shape<in>, Tested>;
template <class P>
using Held = Inference<Siamese<HeldNetwork, ContrastiveLoss>, Cpu<P>>;

}  // namespace

TEST_CASE("inference in bf16 multiplies by the rounded weight, the same for any batch") {
    Held<bf16> model(9, {2});
    const std::vector<StoredTensor> weights = model.weights();
    REQUIRE(weights[0].info.size() == in * out);
    const auto* weight = static_cast<const float*>(weights[0].data);
    const auto* bias = static_cast<const float*>(weights[1].data);
    CHECK(std::ranges::any_of(std::span(weight, in * out), [](float number) { return number != rounded(number); }));
    test::Tensor<float> images(9 * in), features(9 * out);
    fill(images, 5);
    model.embed(images, features);
    const auto sum = [&](std::size_t at) {
        double total = double(bias[at % out]);
        for (std::size_t i = 0; i < in; ++i)
            total += double(images[at / out * in + i]) * double(rounded(weight[i * out + at % out]));
        return total;
    };
    CHECK(error(features, sum) < 1e-5);  // as in fp32

    test::Tensor<float> alone(out);
    for (std::size_t image = 0; image < 9; ++image) {
        model.embed(std::span(images).subspan(image * in, in), alone);
        CHECK(std::equal(alone.begin(), alone.end(), features.begin() + static_cast<std::ptrdiff_t>(image * out)));
    }
}

TEST_CASE("weights written after a pass in bf16 are rounded anew, and what is no number stays so") {
    Held<bf16> model(1, {1});
    test::Tensor<float> image(in), features(out);
    image[3] = 1;
    model.embed(image, features);
    auto* weight = static_cast<float*>(model.weights()[0].data);
    weight[3 * out + 5] = 2.5F;
    weight[3 * out + 6] = std::numeric_limits<float>::quiet_NaN();
    weight[3 * out + 7] = -std::numeric_limits<float>::infinity();
    const auto* bias = static_cast<const float*>(model.weights()[1].data);
    CHECK_THROWS_WITH_AS(model.embed(image, features), doctest::Contains("features that are not finite"), Error);
    CHECK(features[5] == 2.5F + bias[5]);
    CHECK(std::isnan(features[6]));
    CHECK(features[7] == -std::numeric_limits<float>::infinity());
    CHECK(inference_plan<Held<bf16>>(1).total_bytes ==
          inference_plan<Held<fp32>>(1).total_bytes + planned_bytes(2 * in * out));
}
