// Several threads in one network: an Inference answers each as if it were alone, a trainer refuses all but the first.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <ditto/ditto.hpp>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace mine {
/// Changes nothing, but sleeps: another thread's call that did not wait would begin meanwhile.
struct Pause : ditto::ElementwiseLayer {};
}  // namespace mine
template <class Input, class P>
struct ditto::Kernel<mine::Pause, Input, ditto::Cpu<P>> : ditto::KernelDefaults {
    using T = typename P::scalar;
    static void forward(const Cpu<P>&, const ForwardCall<T>& call) {
        std::this_thread::sleep_for(std::chrono::microseconds(50));
        if (call.output != call.input) std::copy_n(call.input, call.images * Input::size, call.output);
    }
    static void backward(const Cpu<P>&, const BackwardCall<T>& call) {
        if (call.input_gradient != call.output_gradient)
            std::copy_n(call.output_gradient, call.images * Input::size, call.input_gradient);
    }
};

using namespace ditto;

namespace {

using Network = Sequential<Shape<12, 12, 3>, Conv2d<3, 8, 3, Padding<1>>, ReLU, BatchNorm2d<8>, mine::Pause, Flatten,
                           Linear<1152, 16>>;
constexpr std::size_t image_size = std::size_t{12} * 12 * 3, feature_size = 16;

std::vector<float> picture(std::uint64_t number) {
    std::vector<float> all(image_size);
    Random random(number, RandomPurpose::test);
    for (float& value : all) value = static_cast<float>(random.uniform(0.0, 1.0));
    return all;
}

/// A loss that stays in its step until it is let go.
struct PatientLoss : DistanceLoss {
    static constexpr std::string_view name = "patient";
    static inline std::atomic<bool> waits = false, is_inside = false;
    static PairTerm term(double distance, bool) {
        is_inside = true;
        while (waits) std::this_thread::yield();
        return {distance, 1.0};
    }
};

}  // namespace

TEST_CASE("four threads that share an Inference get the answers of one") {
    using Frozen = Inference<Siamese<Network, DifferenceBceLoss>, Cpu<fp32>>;
    constexpr std::size_t images = 8;
    const auto features_of = [](Frozen& network, std::size_t number) {
        std::vector<float> features(feature_size);
        network.embed(picture(number), features);
        return features;
    };
    const auto score_of = [](Frozen& network, std::span<const float> left, std::span<const float> right) {
        double score = 0.0;
        network.score(left, right, std::span(&score, 1));
        return score;
    };
    Frozen alone(1);
    std::vector<std::vector<float>> expected;
    std::vector<double> scores;
    for (std::size_t i = 0; i < images; ++i) expected.push_back(features_of(alone, i));
    for (std::size_t i = 0; i < images; ++i) scores.push_back(score_of(alone, expected[0], expected[i]));

    Frozen made(1, {.threads = 2});
    Frozen shared = std::move(made);  // it can still be moved
    std::atomic<int> wrong = 0, asked = 0;
    std::vector<std::thread> threads;
    for (std::size_t thread = 0; thread < 4; ++thread)
        threads.emplace_back([&, thread] {
            for (std::size_t round = 0; round < 200; ++round) {
                const std::size_t i = (round + thread) % images;
                wrong += features_of(shared, i) != expected[i];
                wrong += score_of(shared, expected[0], expected[i]) != scores[i];
                ++asked;
            }
        });
    for (std::thread& thread : threads) thread.join();
    CHECK(asked == 800);
    CHECK(wrong == 0);
}

TEST_CASE("a trainer in use refuses every other call, and goes on as if nobody had called") {
    using Training = Trainer<Siamese<Network, PatientLoss>, SGD, Cpu<fp32>>;
    const auto make = [] {
        return Training(
            {.batch = {2}, .optimizer = {.learning_rate = 0.01}, .average_weights = true, .keep_gradients = true});
    };
    const std::vector labels{PairLabel::same, PairLabel::different};
    std::vector<float> images;
    for (std::size_t i = 0; i < 4; ++i) {
        const std::vector<float> one = picture(i);
        images.insert(images.end(), one.begin(), one.end());
    }
    Training undisturbed = make(), trainer = make();
    const double expected = undisturbed.step(images, labels).loss, second = undisturbed.step(images, labels).loss;

    PatientLoss::is_inside = false;
    PatientLoss::waits = true;
    double found = 0.0;
    std::thread other([&] { found = trainer.step(images, labels).loss; });
    while (!PatientLoss::is_inside) std::this_thread::yield();
    std::vector<float> features(4 * feature_size);
    std::vector<double> scores(4);
    const auto refused = [&](const char* call, const auto& action) {
        CAPTURE(call);
        CHECK_THROWS_WITH_AS(action(), doctest::Contains("a Trainer was called while another thread's call was under"),
                             Error);
    };
    refused("step", [&] { trainer.step(images, labels); });
    refused("compute_gradients", [&] { trainer.compute_gradients(images, labels); });
    refused("update", [&] { trainer.update(); });
    refused("update_statistics", [&] { trainer.update_statistics(images, 0.5); });
    refused("update_average", [&] { trainer.update_average(0.5); });
    refused("swap_average", [&] { trainer.swap_average(); });
    refused("embed", [&] { trainer.embed(images, features); });
    refused("score", [&] { trainer.score(features, features, scores); });
    refused("weights", [&] { trainer.weights(); });
    refused("gradients", [&] { trainer.gradients(); });
    refused("resume_at", [&] { trainer.resume_at(0); });
    refused("optimizer_state", [&] { trainer.optimizer_state(); });
    PatientLoss::waits = false;
    other.join();
    CHECK(found == expected);
    CHECK(trainer.step(images, labels).loss == second);  // and takes calls again
}
