// Mining against a plain search, and its gradients against those of the loss on a list of the same pairs.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "ditto/core/random.hpp"
#include "ditto/cpu.hpp"
#include "ditto/losses/losses.hpp"

using namespace ditto;

namespace {

using Features = Shape<6>;
constexpr std::size_t size = 6, given = 8, images = 2 * given;

// A batch of 8 pairs, every second one of the same person, with all that mining writes.
struct Batch {
    std::vector<double> features = std::vector<double>(images * size);
    std::vector<std::uint32_t> people = std::vector<std::uint32_t>(images);
    PairMining mining;
    std::vector<PairLabel> labels;
    std::vector<double> distances, left, right, left_gradient, right_gradient, gradient;
    std::vector<std::uint32_t> chosen;

    explicit Batch(PairMining settings) : mining(settings), labels(mining.pairs(given), PairLabel::different) {
        Random random(4, RandomPurpose::test);
        for (double& number : features) number = random.normal();
        for (std::uint32_t pair = 0; pair < given; ++pair) {
            labels[pair] = pair % 2 == 0 ? PairLabel::same : PairLabel::different;
            people[pair] = 10 * pair;
            people[given + pair] = 10 * pair + (pair % 2);
        }
        people[3] = people[0];  // a third image of person 0
        distances.resize(images * images);
        chosen.resize(2 * labels.size());
        for (auto* rows : {&left, &right, &left_gradient, &right_gradient}) rows->resize(labels.size() * size);
        gradient.assign(images * size, -7.0);
    }

    detail::MiningCall<double> call() {
        return {given,          features.data(), people.data(), labels.data(),        distances.data(),
                chosen.data(),  left.data(),     right.data(),  left_gradient.data(), right_gradient.data(),
                gradient.data()};
    }
    void mine(int threads = 1) { Kernel<PairMining, Features, Cpu<fp64>>::mine(mining, Cpu<fp64>{threads}, call()); }

    double distance(std::size_t i, std::size_t j) const {
        double squares = 0.0;
        for (std::size_t k = 0; k < size; ++k) squares += std::pow(features[i * size + k] - features[j * size + k], 2);
        return std::sqrt(squares);
    }
    // Images of other people by ascending distance.
    std::vector<std::uint32_t> others(std::size_t image) const {
        std::vector<std::uint32_t> all;
        for (std::uint32_t j = 0; j < images; ++j)
            if (people[j] != people[image]) all.push_back(j);
        std::ranges::sort(all, {}, [&](std::uint32_t j) { return distance(image, j); });
        return all;
    }
    std::vector<std::uint32_t> mined(std::size_t image) const {
        std::vector<std::uint32_t> all;
        for (std::size_t k = 0; k < mining.negatives; ++k) {
            const std::size_t pair = given + image * mining.negatives + k;
            CHECK(chosen[2 * pair] == image);
            CHECK(labels[pair] == PairLabel::different);
            all.push_back(chosen[2 * pair + 1]);
        }
        return all;
    }
};

}  // namespace

TEST_CASE("hard negatives are the nearest images of other people") {
    for (const std::size_t negatives : {std::size_t{1}, std::size_t{3}, std::size_t{13}}) {
        Batch batch({negatives});
        batch.mine();
        for (std::size_t image = 0; image < images; ++image) {
            std::vector<std::uint32_t> expected = batch.others(image);
            expected.resize(std::min(expected.size(), negatives));
            expected.resize(negatives, expected.back());  // the last is repeated where there are too few
            CHECK(batch.mined(image) == expected);
        }
    }
}

TEST_CASE("semi-hard negatives are first those beyond the partner, then the nearest to it before it") {
    Batch batch({5, true});
    batch.mine();
    for (std::size_t image = 0; image < images; ++image) {
        std::vector<std::uint32_t> expected = batch.others(image);
        const std::size_t pair = image % given;
        if (batch.labels[pair] == PairLabel::same) {
            const double partner = batch.distance(pair, given + pair);
            const auto beyond = std::ranges::partition_point(
                expected, [&](std::uint32_t j) { return batch.distance(image, j) <= partner; });
            std::vector<std::uint32_t> ordered(beyond, expected.end());
            ordered.insert(ordered.end(), std::reverse_iterator(beyond), expected.rend());
            expected = ordered;
        }
        expected.resize(5);
        CHECK(batch.mined(image) == expected);
    }
}

// Features on a line, so that distances are exact and many are equal.
TEST_CASE("of images that are equally far the first is chosen first, and each once") {
    for (const bool semi_hard : {false, true}) {
        CAPTURE(semi_hard);
        Batch batch({11, semi_hard});
        std::ranges::fill(batch.features, 0.0);
        for (std::size_t image = 0; image < images; ++image)
            batch.features[image * size] = static_cast<double>(image % given % 3);
        // The pairs' images are on one spot, except of pair 0: nearer ones than its partner are late.
        batch.features[given * size] = 1.0;
        batch.mine();
        for (std::size_t image = 0; image < images; ++image) {
            CAPTURE(image);
            std::vector<std::uint32_t> expected;
            for (std::uint32_t j = 0; j < images; ++j)
                if (batch.people[j] != batch.people[image]) expected.push_back(j);
            const bool has_partner = semi_hard && batch.labels[image % given] == PairLabel::same;
            const double partner = batch.distance(image, (image + given) % images);
            std::ranges::stable_sort(expected, [&](std::uint32_t a, std::uint32_t b) {
                const double from_a = batch.distance(image, a), from_b = batch.distance(image, b);
                const bool late_a = has_partner && from_a <= partner, late_b = has_partner && from_b <= partner;
                if (late_a != late_b) return late_b;
                return late_a ? from_a > from_b : from_a < from_b;
            });
            expected.resize(11);
            CHECK(batch.mined(image) == expected);
        }
    }
}

TEST_CASE("the given pairs come first, and every pair has its images' features") {
    Batch batch({2});
    const std::vector<PairLabel> before(batch.labels.begin(), batch.labels.begin() + given);
    batch.mine();
    CHECK(std::equal(before.begin(), before.end(), batch.labels.begin()));
    for (std::uint32_t pair = 0; pair < given; ++pair) {
        CHECK(batch.chosen[2 * pair] == pair);
        CHECK(batch.chosen[2 * pair + 1] == given + pair);
    }
    for (std::size_t pair = 0; pair < batch.labels.size(); ++pair)
        for (std::size_t k = 0; k < size; ++k) {
            CHECK(batch.left[pair * size + k] == batch.features[batch.chosen[2 * pair] * size + k]);
            CHECK(batch.right[pair * size + k] == batch.features[batch.chosen[2 * pair + 1] * size + k]);
        }
}

TEST_CASE("an image whose batch has no other people stands against itself") {
    Batch batch({2});
    std::ranges::fill(batch.people, 1U);
    batch.mine();
    for (std::size_t pair = given; pair < batch.labels.size(); ++pair) {
        CHECK(batch.chosen[2 * pair] == batch.chosen[2 * pair + 1]);
        CHECK(batch.labels[pair] == PairLabel::same);
    }
}

TEST_CASE("every image gets the sum of its pairs' gradients, for any number of threads") {
    Batch batch({3});
    batch.mine();
    Random random(5, RandomPurpose::test);
    for (auto* rows : {&batch.left_gradient, &batch.right_gradient})
        for (double& number : *rows) number = random.normal();
    std::vector<double> expected(images * size, 0.0);
    for (std::size_t pair = 0; pair < batch.labels.size(); ++pair)
        for (std::size_t k = 0; k < size; ++k) {
            expected[batch.chosen[2 * pair] * size + k] += batch.left_gradient[pair * size + k];
            expected[batch.chosen[2 * pair + 1] * size + k] += batch.right_gradient[pair * size + k];
        }
    for (const int threads : {1, 3}) {
        batch.gradient.assign(images * size, -7.0);
        batch.mine(threads);
        Kernel<PairMining, Features, Cpu<fp64>>::scatter_gradients(batch.mining, Cpu<fp64>{threads}, batch.call());
        CHECK(batch.gradient == expected);  // the same sums in the same order
    }
}

TEST_CASE("weights make both labels count the same, and are 1 without mining") {
    constexpr PairMining mining{3};
    const auto [different, same] = mining.label_weights(8, 3);
    const double pairs = static_cast<double>(mining.pairs(8));
    CHECK(same * 3 == doctest::Approx(pairs / 2));
    CHECK(different * (pairs - 3) == doctest::Approx(pairs / 2));
    CHECK(PairMining{}.label_weights(8, 3) == std::array{1.0, 1.0});
    CHECK(mining.label_weights(8, 0) == std::array{1.0, 1.0});
}

TEST_CASE_TEMPLATE("a loss weighs each pair, its gradients too", Loss, ContrastiveLoss, ConcatBceLoss,
                   DifferenceBceLoss) {
    // Weighing a pair twice is listing it twice, but for the mean over one pair more.
    const auto run = [](const std::vector<std::size_t>& rows, const double* weights) {
        Batch batch({});
        const std::size_t count = rows.size();
        std::vector<double> left, right, left_gradient(count * size), right_gradient(count * size), scores(count);
        std::vector<PairLabel> labels;
        for (const std::size_t row : rows) {
            labels.push_back(batch.labels[row]);
            for (std::size_t k = 0; k < size; ++k) {
                left.push_back(batch.features[row * size + k]);
                right.push_back(batch.features[(given + row) * size + k]);
            }
        }
        std::vector<double> head(2 * size, 0.3), head_gradient(2 * size);
        double bias = 0.1, bias_gradient = 0.0;
        LossCall<double> call{};
        call.pairs = count;
        call.left = left.data();
        call.right = right.data();
        call.labels = labels.data();
        call.left_gradient = left_gradient.data();
        call.right_gradient = right_gradient.data();
        call.scores = scores.data();
        call.parameters = {head.data(), &bias};
        call.parameter_gradients = {head_gradient.data(), &bias_gradient};
        call.label_weights = weights;
        Loss loss;
        if constexpr (requires { loss.margin; }) loss.margin = 6.0;
        const double value = Kernel<Loss, Features, Cpu<fp64>>::forward_backward(loss, Cpu<fp64>{}, call);
        std::vector<double> all{value, left_gradient[0], right_gradient[0], head_gradient[1], bias_gradient};
        for (double& number : all) number *= static_cast<double>(count);
        return all;
    };
    const std::array<double, 2> weights{1.0, 2.0};
    const std::vector<double> weighed = run({0, 1, 3}, weights.data()), listed = run({0, 1, 3, 0}, nullptr);
    CHECK(weighed[0] == doctest::Approx(listed[0]));
    CHECK(weighed[1] == doctest::Approx(2 * listed[1]));  // of the first pair's own place
    CHECK(weighed[2] == doctest::Approx(2 * listed[2]));
    CHECK(weighed[3] == doctest::Approx(listed[3]));
    CHECK(weighed[4] == doctest::Approx(listed[4]));
}
