// A block beside its slow twin: its layers one after another, in float64.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "../support/mixed_signs.hpp"
#include "ditto/ditto.hpp"
#include "layer_run.hpp"

using namespace ditto;

namespace {

// The features are the block's own output, so that nothing comes between its gradient and the loss.
template <class Conv, class Input, class... Pool>
using BlockNetwork = Sequential<Input, Conv, ReLU, BatchNorm2d<Conv::out_channels>, Pool..., Flatten>;
// A block that is not the first layer passes a gradient on.
template <class Conv, class Input, class... Pool>
using SecondBlock = Sequential<Input, Conv2d<Conv::in_channels, Conv::in_channels, 1, DirectAlgorithm>, Conv, ReLU,
                               BatchNorm2d<Conv::out_channels>, Pool..., Flatten>;

struct Result {
    std::vector<std::string> names;
    std::vector<std::vector<double>> tensors;
};

template <class T>
std::vector<double> wide(const T* numbers, std::size_t count) {
    return {numbers, numbers + count};
}

// Features, gradients and running statistics of one step, and features of inference after it.
template <class Network, class P, class Twin>
Result run(std::size_t pairs, int threads, std::size_t capacity) {
    using Verifier = Siamese<Network, ConcatBceLoss, Twin>;
    using T = typename P::scalar;
    Trainer<Verifier, SGD, Cpu<P>> trainer(
        {.batch = {capacity}, .device = {threads}, .seed = 2, .keep_gradients = true});
    mix_signs(trainer.weights());
    std::vector<float> images(2 * pairs * trainer.image_size);
    Random random(9, RandomPurpose::test);
    for (float& value : images) value = static_cast<float>(random.uniform());
    std::vector<PairLabel> labels(pairs);
    for (std::size_t i = 0; i < pairs; ++i) labels[i] = i % 2 == 0 ? PairLabel::same : PairLabel::different;

    Result result;
    const auto add = [&](const std::string& name, std::vector<double> numbers) {
        result.names.push_back(name);
        result.tensors.push_back(std::move(numbers));
    };
    trainer.compute_gradients(images, labels);
    add("features", wide(trainer.features(pairs).data(), 2 * pairs * trainer.feature_size));
    for (const StoredTensor& tensor : trainer.gradients())
        add("gradient of " + tensor.name,
            wide(static_cast<const T*>(tensor.data), static_cast<std::size_t>(tensor.info.size())));
    for (const StoredTensor& tensor : trainer.weights())
        if (tensor.name.find("running") != std::string::npos)
            add(tensor.name, wide(static_cast<const T*>(tensor.data), static_cast<std::size_t>(tensor.info.size())));
    std::vector<float> features(2 * pairs * trainer.feature_size);
    trainer.embed(images, features);
    add("features in inference", wide(features.data(), features.size()));
    return result;
}

template <class Network, class Twin>
void compare(std::size_t pairs, std::size_t capacity) {
    static_assert(Execution<Network, Cpu<fp32>>::layer_count < Execution<Network, Cpu<fp64>>::layer_count,
                  "this test is about blocks, which the reference device has none of");
    const Result fast = run<Network, fp32, Twin>(pairs, 2, capacity);
    const Result slow = run<Network, fp64, Twin>(pairs, 2, capacity);
    REQUIRE(fast.names == slow.names);
    for (std::size_t i = 0; i < slow.names.size(); ++i) {
        CAPTURE(slow.names[i]);
        double largest = 0.0, squares = 0.0;
        for (std::size_t j = 0; j < slow.tensors[i].size(); ++j) {
            largest = std::max(largest, std::abs(fast.tensors[i][j] - slow.tensors[i][j]));
            squares += slow.tensors[i][j] * slow.tensors[i][j];
        }
        // The convolutions' own bound is 1e-4 (test_fast_convolutions.cpp); normalisation divides by deviations around
        // 0.3, and gradients sum what nearly cancels.
        CHECK(largest <= 1e-3 * std::sqrt(squares / static_cast<double>(slow.tensors[i].size())));
    }
    const Result more_threads = run<Network, fp32, Twin>(pairs, 3, capacity);
    CHECK(more_threads.tensors == fast.tensors);
}

template <class Network, class Twin>
void compare(std::size_t pairs) {
    compare<Network, Twin>(pairs, pairs);
}

}  // namespace

TEST_CASE("a block with a pool, after another layer") {
    using Network = SecondBlock<Conv2d<32, 32, 3, Padding<1>>, Shape<8, 12, 32>, MaxPool2d<2>>;
    compare<Network, twin::separate>(3);
    compare<Network, twin::stacked>(3);
}
TEST_CASE("a block without a pool") {
    compare<SecondBlock<Conv2d<32, 64, 3, Padding<1>>, Shape<8, 8, 32>>, twin::separate>(3);
}
TEST_CASE("a block with a 5x5 kernel") {
    compare<SecondBlock<Conv2d<32, 32, 5, Padding<2>>, Shape<12, 12, 32>, MaxPool2d<2>>, twin::separate>(3);
}
TEST_CASE("a block of few channels, first in the network") {
    compare<BlockNetwork<Conv2d<3, 32, 5, Padding<2>>, Shape<16, 16, 3>, MaxPool2d<2>>, twin::separate>(3);
}
TEST_CASE("a block of few channels, after another layer") {
    compare<SecondBlock<Conv2d<3, 32, 3, Padding<1>>, Shape<8, 16, 3>, MaxPool2d<2>>, twin::stacked>(2);
}
TEST_CASE("a batch of several chunks, and below the trainer's capacity") {
    using Convolution = Conv2d<64, 64, 3, Padding<1>>;
    using Network = SecondBlock<Convolution, Shape<32, 32, 64>, MaxPool2d<2>>;
    static_assert(detail::ChosenPasses<Convolution, Shape<32, 32, 64>, Cpu<fp32>>::chunks(6, 2).count_per_group() > 1);
    compare<Network, twin::separate>(3, 5);
}

TEST_CASE("NaN goes through a block's pool as through MaxPool2d") {
    using Block = ConvBlock<Conv2d<3, 32, 5, Padding<2>>, BatchNorm2d<32>, MaxPool2d<2>>;
    test::LayerRun<Block, Shape<16, 16, 3>, fp32> run(1);
    std::ranges::fill(run.input, 0.5F);
    for (auto& parameter : run.parameters) std::ranges::fill(parameter, 0.25F);
    std::ranges::fill(run.buffers[0], 0.0F);
    std::ranges::fill(run.buffers[1], 1.0F);
    // The last pixel reaches the outputs from 13, 13 on: of the window at 12, 12 that is the last place alone.
    run.input.back() = std::numeric_limits<float>::quiet_NaN();
    run.run_forward(false);
    for (std::size_t channel = 0; channel < 32; ++channel) {
        CAPTURE(channel);
        CHECK(std::isnan(run.output[(6 * 8 + 6) * 32 + channel]));
        CHECK(!std::isnan(run.output[(5 * 8 + 5) * 32 + channel]));
    }
}
