// Features and scores of stored images, with a trainer whose features are simple sums of pixels.
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "ditto/evaluate/distance.hpp"
#include "ditto/images/image_store.hpp"
#include "ditto/training/evaluation.hpp"

using namespace ditto;

namespace {

constexpr int height = 2, width = 4;

/// Two features: the sum of the left half's pixels, and three times that of the right half's.
std::vector<double> halves(const std::vector<float>& pixels) {
    std::vector<double> sums(2);
    for (std::size_t i = 0; i < pixels.size(); ++i) {
        const std::size_t half = i / 3 % width / (width / 2);
        sums[half] += (half == 0 ? 1 : 3) * static_cast<double>(pixels[i]);
    }
    return sums;
}

/// Counts the images that it embeds. Passes hold 2 * 2 images.
class HalvesEmbedder final : public Embedder {
  public:
    std::size_t embedded = 0;
    ScoreKind kind = ScoreKind::distance;

    void embed(std::span<const float> images, std::span<float> features) override {
        const std::size_t size = height * width * 3, count = images.size() / size;
        REQUIRE(count <= capacity_images());
        REQUIRE(features.size() == 2 * count);
        for (std::size_t i = 0; i < count; ++i) {
            const auto image = images.subspan(i * size, size);
            const auto sums = halves({image.begin(), image.end()});
            features[2 * i] = static_cast<float>(sums[0]);
            features[2 * i + 1] = static_cast<float>(sums[1]);
        }
        embedded += count;
    }
    void score(std::span<const float> left, std::span<const float> right, std::span<double> scores) override {
        for (std::size_t i = 0; i < scores.size(); ++i)
            scores[i] = euclidean_distance(left.subspan(2 * i, 2), right.subspan(2 * i, 2));
    }
    std::size_t capacity_images() const override { return 4; }
    Extents image_extents() const override { return Extents::spatial(height, width, 3); }
    std::size_t feature_count() const override { return 2; }
    ScoreKind score_kind() const override { return kind; }
    std::string_view loss_name() const override { return "halves"; }
    std::optional<double> margin() const override { return std::nullopt; }
    std::vector<StoredTensor> weights() override { return {}; }
};

/// Seven images of random bytes, kept for augmentation too where asked: then finer than the network's input.
ImageStore random_images(bool augmented) {
    std::vector<Image> images;
    for (std::uint64_t i = 0; i < 7; ++i) {
        Random random(3, RandomPurpose::test, 0, i);
        Image image{2 * height, 2 * width, {}};
        for (int byte = 0; byte < image.height * image.width * 3; ++byte)
            image.pixels.push_back(static_cast<std::uint8_t>(random.below(256)));
        images.push_back(image);
    }
    return {images, ImageRecipe{1.0, height, width},
            augmented ? std::optional(AugmentationSettings{.shift = 1.0}) : std::nullopt, 2};
}

/// What the features must be, in float64.
std::vector<double> expected_features(const ImageStore& store, std::uint32_t image, const FeatureRecipe& recipe) {
    std::vector<float> pixels(height * width * 3), mirrored(pixels.size());
    store.sample(image, {}, pixels);
    for (std::size_t i = 0; i < pixels.size(); ++i) {
        const std::size_t row = i / (3 * width), column = i / 3 % width, channel = i % 3;
        mirrored[i] = pixels[(row * width + width - 1 - column) * 3 + channel];
    }
    std::vector<double> features = halves(pixels);
    const std::vector<double> other = halves(mirrored);
    for (std::size_t i = 0; i < 2; ++i)
        if (recipe.mirror_averaged) features[i] = (features[i] + other[i]) / 2;
    const double length = recipe.normalized ? std::hypot(features[0], features[1]) : 1;
    return {features[0] / length, features[1] / length};
}

}  // namespace

TEST_CASE("features and scores of stored images follow the recipe") {
    const std::vector<std::uint32_t> images{6, 0, 2, 2, 5, 1};  // more than one pass, one of them twice
    const std::vector<Pair> pairs{{6, 0, PairLabel::same, 0},
                                  {2, 6, PairLabel::different, 0},
                                  {5, 1, PairLabel::same, 0},
                                  {1, 6, PairLabel::different, 0}};
    for (const bool augmented : {false, true}) {
        const ImageStore store = random_images(augmented);
        for (const FeatureRecipe recipe : {FeatureRecipe{}, {true, false}, {false, true}, {true, true}}) {
            CAPTURE(to_string(recipe));
            HalvesEmbedder trainer;
            const std::vector<float> features = embed_images(trainer, store, images, recipe, 2);
            REQUIRE(features.size() == 2 * images.size());
            CHECK(trainer.embedded == images.size() * (recipe.mirror_averaged ? 2 : 1));
            // A few roundings of 2^-24 each.
            for (std::size_t i = 0; i < features.size(); ++i)
                CHECK(features[i] ==
                      doctest::Approx(expected_features(store, images[i / 2], recipe)[i % 2]).epsilon(1e-6));
            CHECK(features == embed_images(trainer, store, images, recipe, 1));

            trainer.embedded = 0;
            const std::vector<double> scores = score_images(trainer, store, pairs, 2, recipe);
            CHECK(trainer.embedded == 5 * (recipe.mirror_averaged ? 2 : 1));  // the images that pairs name
            REQUIRE(scores.size() == pairs.size());
            for (std::size_t i = 0; i < pairs.size(); ++i) {
                const auto left = expected_features(store, pairs[i].left, recipe);
                const auto right = expected_features(store, pairs[i].right, recipe);
                // Features of about 20 with errors of 1e-6 of that.
                CHECK(scores[i] == doctest::Approx(std::hypot(left[0] - right[0], left[1] - right[1])).epsilon(1e-4));
            }
        }
    }
}

TEST_CASE("the threshold and the figures are those of the recipe's scores") {
    const ImageStore store = random_images(false);
    std::vector<Pair> pairs;
    for (std::uint32_t i = 0; i < 6; ++i)
        pairs.push_back({i, i + 1, i % 2 == 0 ? PairLabel::same : PairLabel::different, 0});
    HalvesEmbedder trainer;
    std::vector<double> thresholds;
    for (const FeatureRecipe recipe : {FeatureRecipe{}, {true, true}}) {
        const auto curve =
            roc_curve(score_images(trainer, store, pairs, 1, recipe), pair_labels(pairs), ScoreKind::distance);
        thresholds.push_back(calibrate_threshold(trainer, store, pairs, 100, 1, 2, recipe));
        CHECK(thresholds.back() == curve.most_accurate().threshold);
        const Evaluation result = evaluate(trainer, store, pairs, thresholds.back(), 2, recipe);
        CHECK(result.accuracy == curve.accuracy(curve.most_accurate()));
        CHECK(result.area == curve.area());
    }
    CHECK(thresholds[0] != thresholds[1]);
    CHECK(calibrate_threshold(trainer, store, pairs, 100, 1, 2) == thresholds[0]);  // plain unless asked
}

TEST_CASE("of many pairs some are drawn for a threshold: both kinds by their share, and by the seed alone") {
    std::vector<Pair> pairs;
    for (std::uint32_t i = 0; i < 100; ++i)
        pairs.push_back({i, i + 1, i % 5 == 0 ? PairLabel::same : PairLabel::different, 0});
    const auto lefts = [&](std::size_t most, std::uint64_t seed) {
        std::vector<std::uint32_t> images;
        for (const Pair& pair : draw_pairs(pairs, most, seed)) images.push_back(pair.left);
        return images;
    };
    CHECK(lefts(100, 1).size() == 100);
    CHECK(lefts(10, 1) == lefts(10, 1));
    CHECK(lefts(10, 1) != lefts(10, 2));
    for (const auto& some : {std::pair{10, 2}, {50, 10}, {2, 1}, {3, 1}}) {  // and at least one of each
        const std::vector<std::uint32_t> drawn = lefts(static_cast<std::size_t>(some.first), 1);
        CHECK(std::ssize(drawn) == some.first);
        CHECK(std::ranges::count_if(drawn, [](std::uint32_t left) { return left % 5 == 0; }) == some.second);
    }
    const ImageStore store = random_images(false);
    std::vector<Pair> of_store;
    for (std::uint32_t i = 0; i < 6; ++i)
        of_store.push_back({i, i + 1, i % 2 == 0 ? PairLabel::same : PairLabel::different, 0});
    HalvesEmbedder model;
    CHECK(std::isfinite(calibrate_threshold(model, store, of_store, 4, 1, 2)));
    CHECK(model.embedded <= 7);
    // A probability is decided at one half, whatever the pairs.
    model = {};
    model.kind = ScoreKind::probability;
    CHECK(calibrate_threshold(model, store, of_store, 4, 1, 2) == 0.5);
    CHECK(model.embedded == 0);
}
