#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "ditto/images/augmentation.hpp"
#include "ditto/images/resample.hpp"
#include "images.hpp"

using namespace ditto;

namespace {

double interpolated(Image& image, double y, double x, int channel) {
    y = std::clamp(y, 0.0, image.height - 1.0);
    x = std::clamp(x, 0.0, image.width - 1.0);
    const int top = static_cast<int>(y), left = static_cast<int>(x);
    const int bottom = std::min(top + 1, image.height - 1), right = std::min(left + 1, image.width - 1);
    const double down = y - top, across = x - left;
    return (1 - down) * ((1 - across) * value(image, top, left, channel) + across * value(image, top, right, channel)) +
           down * ((1 - across) * value(image, bottom, left, channel) + across * value(image, bottom, right, channel));
}

/// The augmented image at a position of the output (in pixels, 0 the first one's centre), step by step in float64.
double expected(Image& image, double window, const Augmentation& change, int height, int width, double row,
                double column, int channel) {
    double x = column + 0.5 - width / 2.0 - change.shift_x, y = row + 0.5 - height / 2.0 - change.shift_y;
    const double radius = std::hypot(x, y) / change.scale;
    const double angle = std::atan2(-y, x) - change.rotation;  // y grows downwards
    x = radius * std::cos(angle) * (change.mirror ? -1.0 : 1.0);
    y = -radius * std::sin(angle);
    return interpolated(image, (y / height * window + 0.5) * image.height - 0.5,
                        (x / width * window + 0.5) * image.width - 0.5, channel) /
           255.0;
}

std::vector<float> resampled(const Image& image, double window, const Augmentation& change, int height, int width) {
    std::vector<float> output(static_cast<std::size_t>(3 * height * width));
    resample(image, window, change, height, width, output);
    return output;
}

}  // namespace

TEST_CASE("without augmentation an image of the right size gives its bytes / 255") {
    const Image image = noise_image(24, 37);
    const std::vector<float> output = resampled(image, 1.0, {}, 24, 37);
    for (std::size_t i = 0; i < output.size(); ++i) CHECK(output[i] == static_cast<float>(image.pixels[i]) / 255.0F);
}

TEST_CASE("samples a side: the stored pixels of a step, but for a hundredth that is rounding") {
    const auto samples = [](double window, int stored) {
        return detail::AffineMap(stored, stored, window, {}, 1000, 1000).samples();
    };
    CHECK(samples(1.0, 100) == 1);
    CHECK(samples(1.0, 1000) == 1);
    CHECK(samples(1.0, 1009) == 1);
    CHECK(samples(1.0, 1012) == 2);
    CHECK(samples(1.0, 2009) == 2);
    CHECK(samples(1.0, 2012) == 3);
    CHECK(samples(1.0, 9000) == 4);
}

TEST_CASE("a mirror image is exact") {
    Image image = noise_image(9, 14);
    const std::vector<float> output = resampled(image, 1.0, {.mirror = true}, 9, 14);
    for (int row = 0; row < 9; ++row)
        for (int column = 0; column < 14; ++column)
            CHECK(output[static_cast<std::size_t>(3 * (14 * row + column))] ==
                  static_cast<float>(value(image, row, 13 - column, 0)) / 255.0F);
}

TEST_CASE("which way things go") {
    Image image = blank_image(21, 21);
    value(image, 10, 15, 0) = 255;  // five pixels to the right of the centre
    const auto brightest = [&](const Augmentation& change) {
        const std::vector<float> output = resampled(image, 1.0, change, 21, 21);
        const auto pixel = (std::max_element(output.begin(), output.end()) - output.begin()) / 3;
        return std::pair{pixel / 21, pixel % 21};
    };
    CHECK(brightest({}) == std::pair<long, long>{10, 15});
    CHECK(brightest({.mirror = true}) == std::pair<long, long>{10, 5});
    CHECK(brightest({.scale = 2.0}) == std::pair<long, long>{10, 20});
    CHECK(brightest({.rotation = std::numbers::pi / 2}) == std::pair<long, long>{5, 10});
    CHECK(brightest({.shift_x = 3.0}) == std::pair<long, long>{10, 18});
    CHECK(brightest({.shift_y = 3.0}) == std::pair<long, long>{13, 15});
    // The shift comes last: it is not turned, scaled or mirrored with the image.
    CHECK(brightest({.mirror = true, .scale = 2.0, .rotation = std::numbers::pi / 2, .shift_x = 4.0}) ==
          std::pair<long, long>{20, 14});
}

TEST_CASE("geometry against float64, one sample a pixel") {
    Image image = noise_image(40, 52);
    const AugmentationSettings settings{.rotation = 180.0, .smallest_scale = 1.0, .largest_scale = 1.6};
    double worst = 0.0;
    for (std::uint64_t sample = 0; sample < 50; ++sample) {
        const Augmentation change = draw_augmentation(settings, Random(1, RandomPurpose::test, 0, sample));
        // The output has the stored image's proportions, and its pixels are no larger: one sample suffices.
        const std::vector<float> output = resampled(image, 0.75, change, 30, 39);
        for (int row = 0; row < 30; ++row)
            for (int column = 0; column < 39; ++column)
                for (int channel = 0; channel < 3; ++channel)
                    worst =
                        std::max(worst, std::abs(output[static_cast<std::size_t>(3 * (39 * row + column) + channel)] -
                                                 expected(image, 0.75, change, 30, 39, row, column, channel)));
    }
    // fp32 positions below 64 are within 2^-18 or so (a few roundings), neighbours of noise differ by up to 1.
    CHECK(worst < 4e-5);
}

TEST_CASE("geometry against float64, several samples a pixel") {
    Image image = noise_image(60, 64);
    const Augmentation change{true, 0.8, 0.4, 2.5,
                              -3.25};  // 60 / 24 / 0.8 = 3.1 stored pixels in one: 4 samples a side
    const std::vector<float> output = resampled(image, 1.0, change, 24, 30);
    double worst = 0.0;
    for (int row = 0; row < 24; ++row)
        for (int column = 0; column < 30; ++column)
            for (int channel = 0; channel < 3; ++channel) {
                double mean = 0.0;
                for (const double down : {-0.375, -0.125, 0.125, 0.375})
                    for (const double right : {-0.375, -0.125, 0.125, 0.375})
                        mean += expected(image, 1.0, change, 24, 30, row + down, column + right, channel) / 16.0;
                worst = std::max(worst,
                                 std::abs(output[static_cast<std::size_t>(3 * (30 * row + column) + channel)] - mean));
            }
    CHECK(worst < 4e-5);  // as above
}

TEST_CASE("a larger stored image is averaged over each pixel's area") {
    const Image image = noise_image(64, 64);
    const std::vector<float> output = resampled(image, 1.0, {}, 32, 32);
    for (int row = 0; row < 32; ++row)
        for (int column = 0; column < 32; ++column) {
            int sum = 0;
            for (const int i : {0, 1, 64, 65})
                sum += image.pixels[static_cast<std::size_t>(3 * (128 * row + 2 * column + i))];
            CHECK(output[static_cast<std::size_t>(3 * (32 * row + column))] ==
                  doctest::Approx(sum / 1020.0).epsilon(1e-6));
        }
}

TEST_CASE("draws stay within their limits and happen as often as they should") {
    const AugmentationSettings settings{
        .mirror_probability = 0.3, .rotation_probability = 0.6, .shift_probability = 0.9, .scale_probability = 0.2};
    int mirrored = 0, rotated = 0, shifted = 0, scaled = 0;
    double largest_rotation = 0.0, largest_shift = 0.0, smallest_scale = 1.0, largest_scale = 1.0;
    constexpr int draws = 4000;
    for (std::uint64_t i = 0; i < draws; ++i) {
        const Augmentation change = draw_augmentation(settings, Random(3, RandomPurpose::augmentation, 5, i));
        mirrored += change.mirror;
        rotated += change.rotation != 0.0;
        shifted += change.shift_x != 0.0;
        scaled += change.scale != 1.0;
        largest_rotation = std::max(largest_rotation, std::abs(change.rotation) * 180.0 / std::numbers::pi);
        largest_shift = std::max({largest_shift, std::abs(change.shift_x), std::abs(change.shift_y)});
        smallest_scale = std::min(smallest_scale, change.scale);
        largest_scale = std::max(largest_scale, change.scale);
    }
    const double tolerance = 5.0 * std::sqrt(0.25 / draws);  // five standard errors: the seed is fixed
    CHECK(std::abs(mirrored / double{draws} - 0.3) < tolerance);
    CHECK(std::abs(rotated / double{draws} - 0.6) < tolerance);
    CHECK(std::abs(shifted / double{draws} - 0.9) < tolerance);
    CHECK(std::abs(scaled / double{draws} - 0.2) < tolerance);
    // Uniform draws come close to their limits (each misses by 2 % of its range with probability below 1e-3).
    CHECK((largest_rotation <= 30.0 && largest_rotation > 29.4));
    CHECK((largest_shift <= 10.0 && largest_shift > 9.8));
    CHECK((smallest_scale >= 0.7 && smallest_scale < 0.712));
    CHECK((largest_scale <= 1.3 && largest_scale > 1.288));
}

TEST_CASE("the reach covers the corners of every change") {
    const ImageRecipe recipe{0.5, 64, 96};
    CHECK(augmentation_reach({0.5, 0.0, 30.0, 0.0, 10.0, 0.0, 0.7, 1.3}, recipe) == doctest::Approx(1.0));
    const AugmentationSettings settings;
    const double reach = augmentation_reach(settings, recipe);
    double farthest = 0.0;
    for (const double rotation : {0.0, 10.0, 20.0, 30.0})
        for (const double corner : {-1.0, 1.0}) {
            const double angle = rotation * std::numbers::pi / 180.0, x = (48.0 + 10.0) * corner, y = 32.0 + 10.0;
            farthest = std::max({farthest, std::abs(x * std::cos(angle) + y * std::sin(angle)) / 0.7 / 48.0,
                                 std::abs(y * std::cos(angle) + x * std::sin(angle)) / 0.7 / 32.0});
        }
    CHECK(reach == doctest::Approx(farthest));
    CHECK(augmentation_zoom(settings) == 1.3);
    CHECK(augmentation_zoom({.scale_probability = 0.0}) == 1.0);
}

TEST_CASE("changes of less strength have smaller amounts, as often") {
    const AugmentationSettings settings{.mirror_probability = 0.3, .rotation_probability = 0.6, .shift = 8.0};
    const AugmentationSettings half = scaled(settings, 0.5);
    CHECK(half.mirror_probability == 0.3);
    CHECK(half.rotation_probability == 0.6);
    CHECK(half.shift_probability == settings.shift_probability);
    CHECK(half.scale_probability == settings.scale_probability);
    CHECK(half.rotation == 15.0);
    CHECK(half.shift == 4.0);
    CHECK(half.smallest_scale == doctest::Approx(0.85));
    CHECK(half.largest_scale == doctest::Approx(1.15));
    const AugmentationSettings none = scaled(settings, 0.0);
    CHECK(none.rotation == 0.0);
    CHECK(none.shift == 0.0);
    CHECK(none.smallest_scale == 1.0);
    CHECK(none.largest_scale == 1.0);
}

TEST_CASE("settings that make no sense") {
    CHECK(error_of([] { check(AugmentationSettings{}); }).empty());
    const AugmentationSettings widest{.rotation = 180.0, .shift = 4096.0, .smallest_scale = 0.1, .largest_scale = 10.0};
    CHECK(error_of([&] { check(widest); }).empty());
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const AugmentationSettings& settings :
         {AugmentationSettings{.mirror_probability = 1.5}, AugmentationSettings{.shift_probability = nan},
          AugmentationSettings{.rotation = -1.0}, AugmentationSettings{.rotation = nan},
          AugmentationSettings{.rotation = 180.5}, AugmentationSettings{.shift = -1.0},
          AugmentationSettings{.shift = 4096.5}, AugmentationSettings{.smallest_scale = 0.0},
          AugmentationSettings{.largest_scale = 10.5},
          AugmentationSettings{.smallest_scale = 1.2, .largest_scale = 1.1},
          AugmentationSettings{.largest_scale = nan}})
        CHECK(contains(error_of([&] { check(settings); }), "augmentation: "));
}
