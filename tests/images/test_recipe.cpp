#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "ditto/images/recipe.hpp"
#include "images.hpp"

using namespace ditto;

namespace {

/// The triangle filter in float64: every source pixel weighs by its distance from the target's centre, out to one
/// source pixel, or one target pixel where that is wider; the crop takes the central part of the axis.
double triangle_resized(Image& image, const ImageRecipe& recipe, int row, int column, int channel) {
    const auto weights = [&](int from, int to, int index) {
        const double ratio = from * recipe.crop / to, reach = std::max(ratio, 1.0);
        const double centre = from * (1.0 - recipe.crop) / 2.0 + (index + 0.5) * ratio - 0.5;
        std::vector<double> result;
        double total = 0.0;
        for (int i = 0; i < from; ++i) {
            result.push_back(std::max(0.0, 1.0 - std::abs(i - centre) / reach));
            total += result.back();
        }
        for (double& weight : result) weight /= total;
        return result;
    };
    const auto down = weights(image.height, recipe.height, row), across = weights(image.width, recipe.width, column);
    double sum = 0.0;
    for (int y = 0; y < image.height; ++y)
        for (int x = 0; x < image.width; ++x)
            sum +=
                down[static_cast<std::size_t>(y)] * across[static_cast<std::size_t>(x)] * value(image, y, x, channel);
    return sum;
}

}  // namespace

TEST_CASE("the text of a recipe and back") {
    for (const ImageRecipe& recipe : {ImageRecipe{}, ImageRecipe{0.1, 250, 112}, ImageRecipe{1.0 / 3.0, 2, 4096}})
        CHECK(parse_image_recipe(to_string(recipe)) == recipe);
    CHECK(to_string(ImageRecipe{0.6, 128, 96}) == "crop=0.6 height=128 width=96 pixels=rgb[0,1]");
    for (const char* text :
         {"", "crop=1", "crop=1 height=128 width=128", "crop=1 height=128 width=128 pixels=bgr[0,255]",
          "crop=1 height=128 wide=128 pixels=rgb[0,1]", "crop=1 height=128 width= pixels=rgb[0,1]",
          "crop=x height=128 width=128 pixels=rgb[0,1]", "crop=1 height=128 width=128 pixels=rgb[0,1] more",
          "crop=2 height=128 width=128 pixels=rgb[0,1]", "crop=1 height=-5 width=128 pixels=rgb[0,1]",
          "crop=1 height=99999999999 width=128 pixels=rgb[0,1]", "crop=nan height=128 width=128 pixels=rgb[0,1]"}) {
        CAPTURE(text);
        CHECK(contains(error_of([&] { parse_image_recipe(text); }), "image recipe"));
    }
}

TEST_CASE("recipes that differ or make no sense") {
    CHECK(error_of([] { check_same_recipe({0.6, 128, 128}, {0.6, 128, 128}); }).empty());
    const std::string error = error_of([] { check_same_recipe({0.6, 128, 128}, {1.0, 128, 128}); });
    CHECK(contains(error, "crop=0.6 height"));
    CHECK(contains(error, "crop=1 height"));
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const ImageRecipe& recipe :
         {ImageRecipe{0.0, 8, 8}, ImageRecipe{1.1, 8, 8}, ImageRecipe{nan, 8, 8}, ImageRecipe{1.0, 1, 8},
          ImageRecipe{1.0, 8, 1}, ImageRecipe{1.0, 8, 5000}, ImageRecipe{1.0, 5000, 8}})
        CHECK(!error_of([&] { check(recipe); }).empty());
}

TEST_CASE("an image of the right size stays as it is") {
    const Image image = noise_image(33, 47);
    CHECK(apply({1.0, 33, 47}, image).pixels == image.pixels);
}

TEST_CASE("the crop is central") {
    Image image = noise_image(20, 40);
    Image cropped = apply({0.5, 10, 20}, image);
    for (int row = 0; row < 10; ++row)
        for (int column = 0; column < 20; ++column)
            CHECK(value(cropped, row, column, 1) == value(image, row + 5, column + 10, 1));
}

TEST_CASE("resizing is a triangle filter, shrinking and growing") {
    Image image = noise_image(23, 31);
    for (const ImageRecipe& recipe : {ImageRecipe{1.0, 10, 12}, ImageRecipe{1.0, 40, 50}, ImageRecipe{1.0, 40, 9},
                                      ImageRecipe{1.0, 15, 21}, ImageRecipe{0.6, 10, 30}, ImageRecipe{0.01, 4, 4}}) {
        Image resized = apply(recipe, image);
        REQUIRE(resized.height == recipe.height);
        REQUIRE(resized.width == recipe.width);
        double worst = 0.0;
        for (int row = 0; row < recipe.height; ++row)
            for (int column = 0; column < recipe.width; ++column)
                for (int channel = 0; channel < 3; ++channel) {
                    const double expected = triangle_resized(image, recipe, row, column, channel);
                    worst = std::max(worst, std::abs(value(resized, row, column, channel) - expected));
                }
        CHECK(worst <= 0.501);  // half a level of rounding, and fp32
    }
}
