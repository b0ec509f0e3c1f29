// Feature recipes and mirror images, against values worked out by hand.
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "../images/images.hpp"
#include "ditto/images/image_store.hpp"
#include "ditto/images/mirror.hpp"
#include "ditto/model/feature_recipe.hpp"

using namespace ditto;

namespace {

std::vector<float> finished(const FeatureRecipe& recipe, std::vector<float> features,
                            const std::vector<float>& mirrored = {}) {
    finish_features(recipe, 2, features, mirrored);
    return features;
}

}  // namespace

TEST_CASE("features are averaged with the mirror image's, then scaled to length 1") {
    const std::vector<float> output{1, 6, -2, 0, 0, 0}, mirrored{5, 2, -4, 8, 0, 0};  // [3, 2]
    CHECK(finished({}, output) == output);
    CHECK(finished({true, false}, output, mirrored) == std::vector<float>{3, 4, -3, 4, 0, 0});
    CHECK(finished({true, true}, output, mirrored) == std::vector<float>{0.6F, 0.8F, -0.6F, 0.8F, 0, 0});
    CHECK(finished({false, true}, {3, 4, 0, -2, 0, 0}) == std::vector<float>{0.6F, 0.8F, 0, -1, 0, 0});
}

TEST_CASE("length 1 for the smallest and the largest numbers") {
    const float tiny = std::numeric_limits<float>::denorm_min(), huge = std::numeric_limits<float>::max();
    CHECK(finished({false, true}, {tiny, 0, 0, -huge}) == std::vector<float>{1, 0, 0, -1});
    const auto diagonal = static_cast<float>(std::sqrt(0.5));
    CHECK(finished({false, true}, {huge, huge}) == std::vector<float>{diagonal, diagonal});
}

TEST_CASE("features that do not fit the recipe are refused") {
    CHECK_THROWS_WITH_AS(finished({true, false}, {1, 2}), doctest::Contains("takes 2 values of mirror images, got 0"),
                         Error);
    CHECK_THROWS_WITH_AS(finished({}, {1, 2}, {1, 2}), doctest::Contains("'plain' takes 0 values"), Error);
    CHECK_THROWS_WITH_AS(finished({true, true}, {1, 2}, {1, 2, 3, 4}), doctest::Contains("got 4"), Error);
    CHECK_THROWS_WITH_AS(finished({}, {1, 2, 3}), doctest::Contains("3 values are not rows of features of 2"), Error);
    std::vector<float> none;
    CHECK_THROWS_AS(finish_features({}, 0, none), Error);
    CHECK_NOTHROW(finish_features({true, true}, 2, none));
}

TEST_CASE("a feature recipe is one line of text") {
    CHECK(to_string(FeatureRecipe{}) == "plain");
    CHECK(to_string(FeatureRecipe{true, false}) == "mirror=averaged");
    CHECK(to_string(FeatureRecipe{false, true}) == "length=1");
    CHECK(to_string(FeatureRecipe{true, true}) == "mirror=averaged length=1");
    for (const bool mirror_averaged : {false, true})
        for (const bool normalized : {false, true}) {
            const FeatureRecipe recipe{mirror_averaged, normalized};
            CHECK(parse_feature_recipe(to_string(recipe)) == recipe);
        }
    for (const std::string text : {"", "Plain", "plain ", "mirror=averaged ", "length=1 mirror=averaged", "length=2",
                                   "mirror=maximum length=1", "plain length=1", "mirror=averaged  length=1"})
        CHECK_THROWS_WITH_AS(parse_feature_recipe(text),
                             doctest::Contains(("feature recipe '" + text +
                                                "' is neither 'plain' nor 'mirror=averaged length=1' or a part of that")
                                                   .c_str()),
                             Error);
}

TEST_CASE("mirror images exchange left and right, to the bit what a store samples mirrored") {
    std::vector<float> three;  // [2, 3, 3]
    for (int i = 0; i < 18; ++i) three.push_back(static_cast<float>(i));
    mirror(three, 2, 3);
    CHECK(three == std::vector<float>{6, 7, 8, 3, 4, 5, 0, 1, 2, 15, 16, 17, 12, 13, 14, 9, 10, 11});

    // A store without augmentation holds the network's own pixels: sampling them mirrored rounds nothing.
    const ImageStore store({noise_image(40, 50)}, ImageRecipe{1.0, 32, 48});
    std::vector<float> pixels(32 * 48 * 3), sampled(pixels.size());
    store.sample(0, {}, pixels);
    store.sample(0, {.mirror = true}, sampled);
    CHECK(pixels != sampled);
    mirror(pixels, 32, 48);
    CHECK(pixels == sampled);
}
