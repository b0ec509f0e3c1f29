// 1. A first network: a type that the compiler checks, its figures, and a training of some seconds.
//
// The task: pictures of stripes, across or upright, at any place and under noise. Two pictures are "the same" if their
// stripes run the same way.
#include <cmath>
#include <concepts>
#include <cstdio>
#include <ditto/ditto.hpp>
#include <numbers>
#include <span>
#include <vector>

using namespace ditto;

// A network is a type: the shape of one sample (height, width, channels), then the layers. Each states what goes in and
// what comes out, as in PyTorch, so that the compiler has something to check.
using StripeNetwork = Sequential<Shape<16, 16, 1>,                                                 //
                                 Conv2d<1, 8, 5, Padding<2>>, BatchNorm2d<8>, ReLU, MaxPool2d<2>,  // 8x8x8
                                 GlobalAveragePool2d, Linear<8, 4>>;                               // 4 features

// It holds no data, and all its figures are constants.
static_assert(std::same_as<StripeNetwork::Output, Shape<4>>);
static_assert(StripeNetwork::parameter_count == (1 * 8 * 5 * 5 + 8) + (8 + 8) + (8 * 4 + 4));

// A Siamese network shows both pictures of a pair to the same weights; the loss compares the two features. A trainer
// adds an optimizer and a device. Its memory is one block, whose size is known before it runs.
using Verifier = Siamese<StripeNetwork, ContrastiveLoss>;
using StripeTrainer = Trainer<Verifier, Adam, Cpu<fp32>>;
static_assert(memory_plan<StripeTrainer>(batch_pairs{32}).total_bytes < 4_MiB);

namespace {

struct Batch {
    std::vector<float> images;      // [2 * pairs, 16, 16, 1]: first all left pictures, then all right ones
    std::vector<PairLabel> labels;  // [pairs]
};

void draw_stripes(Random& random, bool upright, std::span<float> picture) {
    const double phase = random.uniform(0.0, 2.0 * std::numbers::pi);
    for (std::size_t i = 0; i < picture.size(); ++i) {
        const double position = static_cast<double>(upright ? i % 16 : i / 16);
        picture[i] = static_cast<float>(0.5 + 0.3 * std::sin(position + phase) + 0.2 * random.normal());
    }
}

// The pairs of batch `number`: the same numbers on every run.
Batch make_batch(std::size_t pairs, std::uint32_t number) {
    Random random(1, RandomPurpose::pairing, number);
    Batch batch{std::vector<float>(2 * pairs * 256), std::vector<PairLabel>(pairs)};
    const std::span<float> images(batch.images);
    for (std::size_t pair = 0; pair < pairs; ++pair) {
        const bool left = random.chance(0.5), right = random.chance(0.5);
        batch.labels[pair] = left == right ? PairLabel::same : PairLabel::different;
        draw_stripes(random, left, images.subspan(pair * 256, 256));
        draw_stripes(random, right, images.subspan((pairs + pair) * 256, 256));
    }
    return batch;
}

}  // namespace

int main() {
    std::printf("%s\n", summary<StripeNetwork>(64).c_str());

    StripeTrainer::Settings settings;
    settings.batch = batch_pairs{32};
    settings.device.threads = available_threads();  // the results do not depend on it
    settings.optimizer.learning_rate = 0.01;
    settings.loss.margin = 2.0;
    StripeTrainer trainer(settings);
    for (std::uint32_t step = 0; step < 60; ++step) {
        const Batch batch = make_batch(32, step);
        const StepResult result = trainer.step(batch.images, batch.labels);
        if (step % 10 == 0) std::printf("step %2u: loss %.3f\n", step, result.loss);
    }

    // Pairs that it has not seen: half the margin tells them apart.
    const Batch test = make_batch(500, 1000);
    std::vector<float> features(StripeTrainer::feature_size * 2 * 500);
    std::vector<double> distances(500);
    trainer.embed(test.images, features);
    const std::span all(features);
    trainer.score(all.first(all.size() / 2), all.last(all.size() / 2), distances);
    int right = 0;
    for (std::size_t pair = 0; pair < 500; ++pair)
        right += (distances[pair] <= 1.0) == (test.labels[pair] == PairLabel::same);
    std::printf("%d of 500 new pairs are told apart rightly\n", right);
    return right >= 450 ? 0 : 1;
}
