// A verifier answers as its parts do one by one, follows everything that a file of weights says, and refuses what it
// cannot answer.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "../support/temporary_folder.hpp"
#include "ditto/ditto.hpp"
#include "ditto/images/mirror.hpp"
#include "ditto/images/save_png.hpp"
#include "ditto/model/load_pair_verifier.hpp"

using namespace ditto;

namespace {

using Network = Sequential<Shape<8, 8, 3>, Conv2d<3, 4, 3, Padding<1>>, ReLU, MaxPool2d<2>, Flatten, Linear<64, 6>>;
template <class Loss>
using Frozen = Inference<Siamese<Network, Loss>, Cpu<fp32>>;

// A picture that is another one for each number, larger than the network's input.
Image picture(std::uint64_t number) {
    Random random(number, RandomPurpose::test);
    Image image{20, 16, std::vector<std::uint8_t>(std::size_t{20} * 16 * 3)};
    for (std::uint8_t& value : image.pixels) value = static_cast<std::uint8_t>(random.uniform(0.0, 256.0));
    return image;
}

std::vector<Image> pictures(std::size_t count) {
    std::vector<Image> all;
    for (std::size_t i = 0; i < count; ++i) all.push_back(picture(i));
    return all;
}

constexpr ImageRecipe recipe{.crop = 0.75, .height = 8, .width = 8};

// The features that the recipes say, made without a verifier.
template <class Loss>
std::vector<float> expected_features(const Image& image, const FeatureRecipe& features) {
    Frozen<Loss> network(1);
    std::vector<float> pixels(Frozen<Loss>::image_size), made(6), mirrored(6);
    const Image prepared = apply(recipe, image);
    std::ranges::transform(prepared.pixels, pixels.begin(),
                           [](std::uint8_t value) { return static_cast<float>(value) / 255.0F; });
    network.embed(pixels, made);
    mirror(pixels, 8, 8);
    network.embed(pixels, mirrored);
    finish_features(features, 6, made,
                    features.mirror_averaged ? std::span<const float>(mirrored) : std::span<const float>{});
    return made;
}

WeightsInfo contrastive_info() {
    return {.fingerprint = fingerprint<Network>(),
            .loss = std::string(ContrastiveLoss::name),
            .threshold = 0.4,
            .recipe = recipe,
            .features = FeatureRecipe{true, true},
            .calibration = Calibration{-3.0, 1.5}};
}

template <class Loss>
std::filesystem::path save(const TemporaryFolder& folder, const WeightsInfo& info) {
    const auto path = folder / "w.safetensors";
    save_weights(path, Frozen<Loss>(1).weights(), info);
    return path;
}

template <class Loss>
PairVerifier load(const std::filesystem::path& path, const WeightsInfo& otherwise = {}) {
    return load_pair_verifier<Siamese<Network, Loss>, Cpu<fp32>>(path, 4, {}, otherwise);
}

}  // namespace

TEST_CASE_TEMPLATE("answers are those of the recipes, the score, the threshold and the calibration", Loss,
                   ContrastiveLoss, ConcatBceLoss, DifferenceBceLoss) {
    const TemporaryFolder folder;
    const std::vector<Image> images = pictures(7);
    for (const FeatureRecipe& features :
         {FeatureRecipe{}, FeatureRecipe{true, false}, FeatureRecipe{false, true}, FeatureRecipe{true, true}}) {
        WeightsInfo info = contrastive_info();
        info.loss = std::string(Loss::name);
        info.features = features;
        info.calibration = Calibration{Loss::score_kind == ScoreKind::distance ? -3.0 : 3.0, 1.5};
        const PairVerifier verifier = load<Loss>(save<Loss>(folder, info));
        const std::vector<float> made = verifier.embed(images);  // in passes of 4, 3
        REQUIRE(made.size() == 42);
        const auto row = [&](std::size_t i) { return std::span(made).subspan(6 * i, 6); };
        for (std::size_t i = 0; i < images.size(); ++i) {
            const std::vector<float> expected = expected_features<Loss>(images[i], features);
            for (std::size_t at = 0; at < 6; ++at) CHECK(row(i)[at] == doctest::Approx(expected[at]).epsilon(1e-5));
        }
        for (std::size_t left = 0; left < images.size(); ++left)
            for (std::size_t right = 0; right < images.size(); ++right) {
                const std::vector<float> both = verifier.embed(std::array{images[left], images[right]});
                double score = 0.0;
                Frozen<Loss>(1).score(std::span(both).first(6), std::span(both).last(6), std::span(&score, 1));
                const Verification answer = verifier.verify(images[left], images[right]);
                CHECK(answer.score == score);
                CHECK(answer.threshold == 0.4);
                const bool same = Loss::score_kind == ScoreKind::distance ? score <= 0.4 : score >= 0.4;
                CHECK((answer.label == PairLabel::same) == same);
                REQUIRE(answer.probability);
                const double fitted = 1.0 / (1.0 + std::exp(3.0 * score - 1.5));
                CHECK(*answer.probability == doctest::Approx(Loss::score_kind == ScoreKind::distance ? fitted : score));
            }
    }
}

TEST_CASE("files give the answers of their images, any number of them") {
    const TemporaryFolder folder;
    const PairVerifier verifier = load<ContrastiveLoss>(save<ContrastiveLoss>(folder, contrastive_info()));
    const std::vector<Image> images = pictures(9);
    std::vector<std::string> paths;
    for (std::size_t i = 0; i < images.size(); ++i) {
        paths.push_back(std::to_string(i) + ".png");
        save_png(folder / paths.back(), images[i]);
    }
    std::vector<float> found;
    verifier.embed_files(folder / "", paths, [&](auto some) { found.insert(found.end(), some.begin(), some.end()); });
    CHECK(found == verifier.embed(images));
    CHECK(verifier.verify(folder / paths[0], folder / paths[1]).score == verifier.verify(images[0], images[1]).score);
    CHECK_THROWS_WITH_AS(verifier.verify(folder / paths[0], folder / "missing.png"), doctest::Contains("missing.png"),
                         Error);
}

TEST_CASE("what a file does not say is taken from the caller, and what it says is not") {
    const TemporaryFolder folder;
    const auto path = save<ContrastiveLoss>(folder, {});
    CHECK_THROWS_WITH_AS(load<ContrastiveLoss>(path), doctest::Contains("give WeightsInfo::recipe"), Error);

    PairVerifier verifier = load<ContrastiveLoss>(path, {.recipe = recipe});
    CHECK(verifier.feature_recipe() == FeatureRecipe{});
    CHECK_THROWS_WITH_AS(verifier.verify(picture(0), picture(1)), doctest::Contains("there is no threshold"), Error);
    CHECK_THROWS_WITH_AS(verifier.decide(0.0), doctest::Contains(path.string().c_str()), Error);
    verifier.set_threshold(1e9);
    CHECK(verifier.verify(picture(0), picture(1)).label == PairLabel::same);
    CHECK_FALSE(verifier.verify(picture(0), picture(1)).probability);

    const auto full = save<ContrastiveLoss>(folder, contrastive_info());
    const ImageRecipe other{.crop = 1.0, .height = 8, .width = 8};
    const PairVerifier kept = load<ContrastiveLoss>(full, {.threshold = 7.0, .recipe = other});
    CHECK(kept.threshold() == 0.4);
    CHECK(kept.image_recipe() == recipe);
    WeightsInfo plain = contrastive_info();
    plain.features = FeatureRecipe{};  // which writes no entry
    const WeightsInfo mirrored{.features = FeatureRecipe{true, true}};
    CHECK(load<ContrastiveLoss>(save<ContrastiveLoss>(folder, plain), mirrored).feature_recipe() == FeatureRecipe{});
}

TEST_CASE("what gives no right answer is refused") {
    const TemporaryFolder folder;
    const auto refused = [&](const WeightsInfo& info, const char* message) {
        CHECK_THROWS_WITH_AS(load<ContrastiveLoss>(save<ContrastiveLoss>(folder, info)), doctest::Contains(message),
                             Error);
    };
    WeightsInfo info = contrastive_info();
    info.recipe = ImageRecipe{1.0, 8, 9};
    refused(info, "its image recipe is 'crop=1 height=8 width=9 pixels=rgb[0,1]', but the network takes 8x8x3");
    info = contrastive_info();
    info.loss = "triplet";
    refused(info, "it was trained with the loss 'triplet', and this network has 'contrastive'");
    info = contrastive_info();
    info.fingerprint = "0123456789abcdef";
    refused(info, "another network");

    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    PairVerifier verifier = load<ContrastiveLoss>(save<ContrastiveLoss>(folder, contrastive_info()));
    CHECK_THROWS_WITH_AS(verifier.decide(nan), doctest::Contains("the score of a pair is nan"), Error);
    CHECK_THROWS_WITH_AS(verifier.decide(std::numeric_limits<double>::infinity()), doctest::Contains("is inf"), Error);
    CHECK_THROWS_WITH_AS(verifier.set_threshold(nan), doctest::Contains("give a finite distance"), Error);
    CHECK(verifier.threshold() == 0.4);
    PairVerifier probable(std::make_unique<Frozen<DifferenceBceLoss>>(1), {.recipe = contrastive_info().recipe});
    CHECK_THROWS_WITH_AS(probable.set_threshold(1.5), doctest::Contains("give a finite probability, from 0 to 1"),
                         Error);
    probable.set_threshold(0.75);
    CHECK(probable.threshold() == 0.75);
    info = contrastive_info();
    info.calibration = Calibration{-0.5, nan};
    CHECK_THROWS_WITH_AS(PairVerifier(std::make_unique<Frozen<ContrastiveLoss>>(1), info),
                         doctest::Contains("must be of finite numbers"), Error);
    info.calibration = Calibration{nan, 0.0};
    CHECK_THROWS_WITH_AS(PairVerifier(std::make_unique<Frozen<ContrastiveLoss>>(1), info),
                         doctest::Contains("must be of finite numbers"), Error);
    info.loss.reset();  // the network knows what its scores are
    info.calibration = Calibration{0.5, 0.0};
    CHECK_THROWS_WITH_AS(PairVerifier(std::make_unique<Frozen<ContrastiveLoss>>(1), info),
                         doctest::Contains("the scores are distances"), Error);
    const Image none{};
    CHECK_THROWS_WITH_AS(verifier.verify(none, picture(1)), doctest::Contains("no pixels"), Error);
}
