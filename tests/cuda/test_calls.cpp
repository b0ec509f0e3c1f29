// Calls of trainers and networks on CUDA: what they refuse, from which threads they come, and an optimizer that keeps
// no state.
#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <limits>
#include <string_view>
#include <thread>
#include <vector>

#include "ditto/ditto.hpp"
#include "ditto/images/image_store.hpp"

namespace mine {

/// Gradient descent and nothing else. (torch.optim.SGD without momentum.)
struct Descent {
    static constexpr std::string_view name = "descent";
    static constexpr std::size_t state_tensors = 0;
    static constexpr std::array<std::string_view, 0> state_names{};
    template <class T>
    struct Rule {
        T rate;
        constexpr Rule(const Descent&, std::int64_t, double learning_rate) : rate(static_cast<T>(learning_rate)) {}
        constexpr void operator()(T& parameter, T gradient) const { parameter -= rate * gradient; }
    };
    double learning_rate = 0.1;
};

template <class T>
void update(const Descent& descent, const ditto::UpdateCall<T>& call) {
    const Descent::Rule<T> rule(descent, call.step, call.learning_rate);
    for (std::size_t i = 0; i < call.size; ++i) rule(call.parameters[i], call.gradients[i]);
}

}  // namespace mine

using namespace ditto;

namespace {

using Network = Sequential<Shape<4, 4, 2>, Flatten, Linear<32, 6>, ReLU, Linear<6, 5>>;
using Verifier = Siamese<Network, ContrastiveLoss>;
template <class Device>
using Training = Trainer<Verifier, mine::Descent, Device>;
using Gpu = Training<Cuda<fp32>>;
using Frozen = Inference<Verifier, Cuda<fp32>>;
const std::vector<PairLabel> labels{PairLabel::same, PairLabel::different, PairLabel::same};

std::vector<float> pictures(std::size_t count) {
    std::vector<float> all(count * Gpu::image_size);
    Random random(1, RandomPurpose::test);
    for (float& value : all) value = static_cast<float>(random.uniform(0.0, 1.0));
    return all;
}

template <class Trains>
Trains make_trainer() {
    return Trains({.batch = {3}, .average_weights = true});
}

std::vector<float> weights_of(Embedder& model) {
    std::vector<float> all;
    for (const StoredTensor& tensor : model.weights()) {
        const auto* numbers = static_cast<const float*>(tensor.data);
        all.insert(all.end(), numbers, numbers + tensor.info.size());
    }
    return all;
}

}  // namespace

TEST_CASE("an optimizer without state trains as on the CPU") {
    auto host = make_trainer<Training<Cpu<fp32>>>();
    auto gpu = make_trainer<Gpu>();
    for (int step = 0; step < 3; ++step) {
        host.step(pictures(6), labels);
        gpu.step(pictures(6), labels);
    }
    CHECK(gpu.optimizer_state().size() == host.optimizer_state().size());  // the average alone
    const std::vector<float> expected = weights_of(host), found = weights_of(gpu);
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == doctest::Approx(expected[i]).epsilon(1e-4));
}

TEST_CASE("numbers that cannot be meant are refused, and change nothing") {
    auto trainer = make_trainer<Gpu>();
    Frozen frozen(6);
    const std::vector<float> before = weights_of(trainer);
    std::vector<float> features(6 * 5);
    std::vector<double> scores(3);
    for (const float bad : {255.0F, std::numeric_limits<float>::quiet_NaN()}) {
        std::vector<float> images = pictures(6);
        images[2 * Gpu::image_size + 7] = bad;
        const auto refused = [&](const auto& action) {
            CHECK_THROWS_WITH_AS(action(), doctest::Contains("image 2 (counted from 0) of"), Error);
        };
        refused([&] { trainer.step(images, labels); });
        refused([&] { trainer.compute_gradients(images, labels); });
        refused([&] { trainer.update_statistics(images, 0.5); });
        refused([&] { trainer.embed(images, features); });
        refused([&] { frozen.embed(images, features); });
    }
    CHECK_THROWS_AS(trainer.step(pictures(6), std::vector(3, static_cast<PairLabel>(7))), Error);
    CHECK_THROWS_AS(trainer.step(pictures(6), labels, std::numeric_limits<double>::quiet_NaN()), Error);
    CHECK_THROWS_AS(trainer.update_average(2.0), Error);
    std::vector<float> left(15, 1.0F), right(15, 1.0F);
    right[14] = std::numeric_limits<float>::infinity();
    CHECK_THROWS_WITH_AS(trainer.score(left, right, scores), doctest::Contains("not finite, of pair 2"), Error);
    CHECK_THROWS_WITH_AS(frozen.score(left, right, scores), doctest::Contains("not finite, of pair 2"), Error);
    CHECK(weights_of(trainer) == before);
}

TEST_CASE("images of three channels are not held for a network of two") {
    auto trainer = make_trainer<Gpu>();
    const Image grey{4, 4, std::vector<std::uint8_t>(std::size_t{4} * 4 * 3, 128)};
    const ImageStore store(std::vector<Image>{grey}, ImageRecipe{1.0, 4, 4});
    CHECK_THROWS_WITH_AS(trainer.hold_images(store), doctest::Contains("in 3 channels are not what this network takes"),
                         Error);
    CHECK_THROWS_AS(trainer.step_held({}, {}, 1.0), Error);
}

TEST_CASE("threads that share a frozen network get the answers of one, one after another") {
    Frozen alone(1), shared(1);
    const std::vector<float> images = pictures(4);
    const auto features_of = [&](Frozen& network, std::size_t image) {
        std::vector<float> features(5);
        network.embed(std::span(images).subspan(image * Gpu::image_size, Gpu::image_size), features);
        return features;
    };
    std::vector<std::vector<float>> expected;
    for (std::size_t i = 0; i < 4; ++i) expected.push_back(features_of(alone, i));
    std::array<int, 4> wrong{};
    std::vector<std::thread> threads;
    for (std::size_t thread = 0; thread < 4; ++thread)
        threads.emplace_back([&, thread] {
            for (std::size_t round = 0; round < 50; ++round) {
                const std::size_t i = (round + thread) % 4;
                wrong[thread] += features_of(shared, i) != expected[i];
            }
        });
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong == std::array<int, 4>{});
}

TEST_CASE("a trainer goes on in another thread") {
    auto moved = make_trainer<Gpu>(), stays = make_trainer<Gpu>();
    const double expected = (stays.step(pictures(6), labels), stays.step(pictures(6), labels).loss);
    moved.step(pictures(6), labels);
    double found = 0.0;
    std::thread([&] { found = moved.step(pictures(6), labels).loss; }).join();
    CHECK(found == expected);
}
