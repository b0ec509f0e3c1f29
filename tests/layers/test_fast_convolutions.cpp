// The fast convolutions, by minimal filtering and for few channels, beside their slow twin: the direct algorithm in
// float64.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "ditto/ditto.hpp"

using namespace ditto;

namespace {

template <class T>
struct Passes {
    std::vector<T> output, input_gradient, weight_gradient, bias_gradient;
};

// Forward and backward through one convolution on normal random data.
template <class Conv, class Input, class P>
Passes<typename P::scalar> run(std::size_t images, int threads) {
    using T = typename P::scalar;
    Random random(5, RandomPurpose::test);
    const auto normal = [&](std::size_t size) {
        std::vector<T> numbers(size);
        for (T& number : numbers) number = static_cast<T>(static_cast<float>(random.normal()));
        return numbers;
    };
    const auto outputs = images * static_cast<std::size_t>(Conv::output(Input::extents).size());
    const auto x = normal(images * static_cast<std::size_t>(Input::size)), dy = normal(outputs);
    const auto weight = normal(static_cast<std::size_t>(Conv::depth) * Conv::out_channels);
    const auto bias = normal(Conv::out_channels);

    const Cpu<P> device{threads};
    Passes<T> passes{std::vector<T>(dy.size()), std::vector<T>(x.size()), std::vector<T>(weight.size()),
                     std::vector<T>(bias.size())};
    std::vector<std::byte> workspace(
        std::max(Kernel<Conv, Input, Cpu<P>>::workspace_bytes({PassPhase::training_forward, images, threads}),
                 Kernel<Conv, Input, Cpu<P>>::workspace_bytes({PassPhase::training_backward, images, threads})));
    ForwardCall<T> ahead{};
    ahead.images = images;
    ahead.groups = 1;
    ahead.training = true;
    ahead.input = x.data();
    ahead.output = passes.output.data();
    ahead.parameters = {weight.data(), bias.data()};
    ahead.workspace = workspace.data();
    Kernel<Conv, Input, Cpu<P>>::forward(device, ahead);
    BackwardCall<T> back{};
    back.images = images;
    back.groups = 1;
    back.input = x.data();
    back.output_gradient = dy.data();
    back.input_gradient = passes.input_gradient.data();
    back.parameters = ahead.parameters;
    back.parameter_gradients = {passes.weight_gradient.data(), passes.bias_gradient.data()};
    back.workspace = workspace.data();
    Kernel<Conv, Input, Cpu<P>>::backward(device, back);
    return passes;
}

// The largest error as a share of the reference's root mean square.
double error(const std::vector<float>& fast, const std::vector<double>& reference) {
    double largest = 0.0, squares = 0.0;
    for (std::size_t i = 0; i < reference.size(); ++i) {
        largest = std::max(largest, std::abs(static_cast<double>(fast[i]) - reference[i]));
        squares += reference[i] * reference[i];
    }
    return largest / std::sqrt(squares / static_cast<double>(reference.size()));
}

template <class Input, int In, int Out, int Kernel>
void compare(std::size_t images) {
    using Fast = Conv2d<In, Out, Kernel, Padding<Kernel / 2>>;
    using Direct = Conv2d<In, Out, Kernel, Padding<Kernel / 2>, DirectAlgorithm>;
    static_assert(detail::has_fast_passes<Fast, Input, Cpu<fp32>>, "this test is about the fast paths");
    static_assert(!detail::has_fast_passes<Direct, Input, Cpu<fp32>> &&
                  !detail::has_fast_passes<Fast, Input, Cpu<fp64>>);
    const auto fast = run<Fast, Input, fp32>(images, 2);
    const auto reference = run<Direct, Input, fp64>(images, 2);
    // Products of transformed numbers are up to 40 times larger than what they add up to, and float32 rounds each to
    // 6e-8 of itself; over 10^5 outputs the largest error is five times the usual one.
    const double limit = 1e-4;
    CHECK(error(fast.output, reference.output) < limit);
    CHECK(error(fast.input_gradient, reference.input_gradient) < limit);
    CHECK(error(fast.weight_gradient, reference.weight_gradient) < limit);
    CHECK(error(fast.bias_gradient, reference.bias_gradient) < limit);
    const auto more_threads = run<Fast, Input, fp32>(images, 3);
    CHECK(more_threads.output == fast.output);
    CHECK(more_threads.input_gradient == fast.input_gradient);
    CHECK(more_threads.weight_gradient == fast.weight_gradient);
}

}  // namespace

TEST_CASE("5x5, with a block of tiles that is not full") {
    compare<Shape<16, 24, 32>, 32, 64, 5>(3);
}
TEST_CASE("5x5, as the face network's second convolution") {
    compare<Shape<64, 64, 64>, 64, 128, 5>(2);
}
TEST_CASE("3x3, as the face network's third convolution") {
    compare<Shape<32, 32, 128>, 128, 256, 3>(5);
}
TEST_CASE("3 channels, as the face network's first convolution") {
    compare<Shape<128, 128, 3>, 3, 64, 5>(2);
}
TEST_CASE("1 channel and a kernel of 3") {
    compare<Shape<8, 16, 1>, 1, 32, 3>(19);
}
TEST_CASE("3x3 on images smaller than a tile's inputs") {
    compare<Shape<4, 4, 64>, 64, 32, 3>(5);
}
