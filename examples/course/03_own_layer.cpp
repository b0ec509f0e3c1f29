// 3. A network with layers of one's own (03_own_layer.hpp): checked, differentiated, trained and saved as ditto's are.
#include "03_own_layer.hpp"

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdio>
#include <ditto/ditto.hpp>
#include <span>
#include <string>
#include <vector>

using namespace ditto;

using Network = Sequential<Shape<8, 8, 3>,                                        //
                           Conv2d<3, 6, 3>, mine::PReLU<6>, MaxPool2d<2>,         // 3x3x6
                           Flatten, Linear<54, 16>, mine::Swish, Linear<16, 4>>;  // 4
static_assert(std::same_as<Network::Output, Shape<4>>);
static_assert(Network::parameters[2].layer == 1 && Network::parameters[2].info.name == "weight");  // PReLU's slopes

// In double precision, so that differences show whether the gradients are right.
using OwnTrainer = Trainer<Siamese<Network, ConcatBceLoss>, SGD, Cpu<fp64>>;

namespace {

constexpr std::size_t pairs = 6;

// The largest difference between a gradient that backward gave and the slope of the loss, among some numbers of every
// parameter, in proportion to the tensor's largest gradient.
double check_gradients(OwnTrainer& trainer, std::span<const double> images, std::span<const PairLabel> labels) {
    const auto loss = [&] { return trainer.compute_gradients(images, labels).loss; };
    // In the same order, because no layer here has buffers.
    const std::vector<StoredTensor> weights = trainer.weights(), gradients = trainer.gradients();
    double worst = 0.0;
    for (std::size_t tensor = 0; tensor < gradients.size(); ++tensor) {
        const auto size = static_cast<std::size_t>(gradients[tensor].info.size());
        auto* values = static_cast<double*>(weights[tensor].data);
        loss();  // the gradients of the weights as they are
        const auto* first = static_cast<const double*>(gradients[tensor].data);
        const std::vector<double> expected(first, first + size);
        const double largest = std::abs(*std::ranges::max_element(expected, {}, [](double g) { return std::abs(g); }));
        for (std::size_t i = 0; i < size; i += 1 + size / 20) {
            constexpr double step = 1e-5;
            const double value = values[i];
            values[i] = value + step;
            const double above = loss();
            values[i] = value - step;
            const double below = loss();
            values[i] = value;
            worst = std::max(worst, std::abs((above - below) / (2 * step) - expected[i]) / largest);
        }
    }
    return worst;
}

}  // namespace

int main() {
    std::printf("%s\n", summary<Network>(2 * pairs).c_str());
    OwnTrainer::Settings settings;
    settings.batch = batch_pairs{pairs};
    settings.optimizer.learning_rate = 0.2;
    OwnTrainer trainer(settings);

    Random random(1, RandomPurpose::test);
    std::vector<double> images(2 * pairs * OwnTrainer::image_size);  // [2 * pairs, 8, 8, 3]
    std::vector<PairLabel> labels(pairs);                            // [pairs]
    for (double& number : images) number = random.normal();
    for (PairLabel& label : labels) label = random.chance(0.5) ? PairLabel::same : PairLabel::different;

    const double difference = check_gradients(trainer, images, labels);
    std::printf("gradients differ from finite differences by %.1e of the largest\n", difference);

    const double before = trainer.compute_gradients(std::span<const double>(images), labels).loss;
    for (int step = 0; step < 100; ++step) {
        trainer.update();
        trainer.compute_gradients(std::span<const double>(images), labels);
    }
    const double after = trainer.compute_gradients(std::span<const double>(images), labels).loss;
    std::printf("loss %.4f before 100 steps, %.4f after\n", before, after);

    for (const StoredTensor& tensor : trainer.weights())
        if (tensor.name == "backbone.1.weight") {
            const auto* slopes = static_cast<const double*>(tensor.data);
            std::printf("%s, which a weights file has too: %.3f %.3f %.3f ...\n", tensor.name.c_str(), slopes[0],
                        slopes[1], slopes[2]);
        }
    return difference < 1e-6 && after < before / 2 ? 0 : 1;
}
