// Training on the fast paths goes as training on the direct ones: the losses of 50 steps on the same faces differ by
// less than those of two seeds do.
#include <doctest/doctest.h>

#include <cmath>

#include "small_training.hpp"

using namespace ditto;

namespace {

// FastNetwork, by the direct algorithm: without blocks of convolutions, with other roundings.
using DirectNetwork = Sequential<Shape<16, 16, 3>, Conv2d<3, 32, 5, Padding<2>, DirectAlgorithm>, ReLU, BatchNorm2d<32>,
                                 MaxPool2d<2>, Conv2d<32, 64, 3, Padding<1>, DirectAlgorithm>, ReLU, BatchNorm2d<64>,
                                 Flatten, Linear<4096, 64>, ReLU, BatchNorm1d<64>>;
static_assert(Execution<DirectNetwork, Cpu<fp32>>::layer_count == Execution<DirectNetwork, Cpu<fp64>>::layer_count);

template <class Network>
std::vector<double> losses(std::uint64_t seed) {
    using Training = SmallTrainer<ContrastiveLoss, SGD, twin::separate, Network>;
    auto settings = small_settings<Training>();
    settings.seed = seed;
    Training trainer(settings);
    std::vector<double> all;
    const SmallFaces faces(8);
    std::vector<float> images(8 * Training::image_size);
    for (std::size_t step = 0; step < 50; ++step) {
        std::vector<PairLabel> labels;
        for (std::size_t i = 0; i < 4; ++i) {
            const Pair& pair = faces.pairs[(step * 4 + i) % faces.pairs.size()];
            labels.push_back(pair.label);
            for (const std::size_t side : {std::size_t{0}, std::size_t{1}}) {
                const std::span to(images.data() + (side * 4 + i) * Training::image_size, Training::image_size);
                faces.images.sample(side == 0 ? pair.left : pair.right, Augmentation{}, to);
            }
        }
        all.push_back(trainer.step(images, labels).loss);
    }
    return all;
}

double mean_distance(const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(a[i] - b[i]);
    return sum / static_cast<double>(a.size());
}

}  // namespace

TEST_CASE("the loss of each step") {
    const auto fast = losses<FastNetwork>(1), direct = losses<DirectNetwork>(1), other = losses<DirectNetwork>(2);
    const double between_seeds = mean_distance(direct, other);
    CHECK(between_seeds > 0.0);
    CHECK(mean_distance(fast, direct) < between_seeds);
    CHECK(direct.back() < direct.front());
}
