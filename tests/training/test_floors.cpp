#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/core/random.hpp"
#include "ditto/images/image_store.hpp"
#include "ditto/images/recipe.hpp"
#include "ditto/training/floors.hpp"

using namespace ditto;

namespace {

constexpr int side = 50;  // twice the thumbnail's: shrinking is part of what is tested
constexpr std::uint32_t people = 12;

/// Blocks of 10 x 10 pixels of random brightness from 0 to 99, the same for the same `pattern`, over a colour.
Image blocks(std::uint64_t pattern, int red, int green, int blue) {
    Random random(1, RandomPurpose::test, 0, pattern);
    std::vector<std::uint32_t> levels(side * side / 100);
    for (std::uint32_t& level : levels) level = random.below(100);
    Image image{side, side, {}};
    for (int row = 0; row < side; ++row)
        for (int column = 0; column < side; ++column)
            for (const int colour : {red, green, blue})
                image.pixels.push_back(
                    static_cast<std::uint8_t>(levels[static_cast<std::size_t>(row / 10 * (side / 10) + column / 10)] +
                                              static_cast<std::uint32_t>(colour)));
    return image;
}

/// Two images for each person, and as many `same` as `different` pairs of them.
std::vector<Pair> make_pairs() {
    std::vector<Pair> pairs;
    for (std::uint32_t person = 0; person < people; ++person) {
        pairs.push_back({2 * person, 2 * person + 1, PairLabel::same});
        pairs.push_back({2 * person, 2 * ((person + 1) % people) + 1, PairLabel::different});
    }
    return pairs;
}

template <class Draw>
ImageStore make_store(const Draw& draw) {
    return ImageStore(2 * people, draw, ImageRecipe{1.0, side, side});
}

}  // namespace

TEST_CASE("correlation sees patterns and no colour, mean colour the other way round") {
    const std::vector<Pair> pairs = make_pairs();
    SUBCASE("people differ in pattern") {
        const auto draw = [](std::size_t i) { return blocks(i / 2, static_cast<int>(i % 2) * 50, 0, 0); };
        const ImageStore store = make_store(draw);
        // The colour changes within a person as much as between people: every pair is of colours 50 apart.
        const Floors floors = measure_floors({store, pairs}, {store, pairs}, 2);
        CHECK(floors.grey_correlation == 1.0);
        CHECK(floors.mean_colour < 0.8);
    }
    SUBCASE("people differ in colour") {
        const auto draw = [](std::size_t i) {
            const int person = static_cast<int>(i / 2);
            return blocks(i, 12 * person, 150 - 12 * person, (person % 2) * 100);
        };
        const ImageStore store = make_store(draw);
        const Floors floors = measure_floors({store, pairs}, {store, pairs}, 2);
        CHECK(floors.grey_correlation < 0.8);
        CHECK(floors.mean_colour == 1.0);
    }
}

TEST_CASE("only the part counts that the network sees, however much is stored for augmentation") {
    // A person's colour in the middle, and around it another brightness on each image.
    const auto draw = [](std::size_t i) {
        Image image = blocks(1, 0, 0, 0);
        for (int row = 0; row < side; ++row)
            for (int column = 0; column < side; ++column) {
                std::uint8_t* pixel = image.pixels.data() + 3 * (row * side + column);
                const bool is_middle = std::min(row, column) >= 10 && std::max(row, column) < side - 10;
                const int red = is_middle ? 20 * static_cast<int>(i / 2) : static_cast<int>(i * 97 % 256);
                pixel[0] = static_cast<std::uint8_t>(red);
                pixel[1] = pixel[2] = is_middle ? std::uint8_t{100} : pixel[0];
            }
        return image;
    };
    const ImageRecipe recipe{0.5, 25, 25};
    const ImageStore train(2 * people, draw, recipe, AugmentationSettings{.shift = 2.0}),
        test(2 * people, draw, recipe);
    REQUIRE(train.window() < 1.0);
    const std::vector<Pair> pairs = make_pairs();
    CHECK(measure_floors({train, pairs}, {test, pairs}, 2).mean_colour == 1.0);
}

TEST_CASE("thresholds come from the training pairs") {
    // Same pictures, opposite labels: the training pairs' threshold is wrong for every test pair, or accepts none.
    const std::vector<Pair> train = make_pairs();
    std::vector<Pair> test = train;
    for (Pair& pair : test) pair.label = pair.label == PairLabel::same ? PairLabel::different : PairLabel::same;
    const ImageStore store = make_store([](std::size_t i) { return blocks(i / 2, 0, 0, 0); });
    const Floors floors = measure_floors({store, train}, {store, test}, 2);
    CHECK(floors.grey_correlation == 0.0);
}

TEST_CASE("a thumbnail's squared distance is 2 - 2 times the correlation") {
    std::vector<double> a(detail::thumbnail_size), b(a);
    const Image left = blocks(1, 0, 0, 0), right = blocks(2, 20, 30, 40);
    detail::grey_thumbnail(left, a);
    detail::grey_thumbnail(right, b);

    // Pearson's correlation of the thumbnails, in the textbook's one-pass form.
    const Image small_left = crop_and_resize(left, 1.0, 25, 25), small_right = crop_and_resize(right, 1.0, 25, 25);
    const auto grey = [](const Image& image, std::size_t i) {
        return 0.299 * image.pixels[3 * i] + 0.587 * image.pixels[3 * i + 1] + 0.114 * image.pixels[3 * i + 2];
    };
    double x = 0, y = 0, xx = 0, yy = 0, xy = 0;
    const double n = 625;
    for (std::size_t i = 0; i < 625; ++i) {
        const double u = grey(small_left, i), v = grey(small_right, i);
        x += u, y += v, xx += u * u, yy += v * v, xy += u * v;
    }
    const double correlation = (n * xy - x * y) / std::sqrt((n * xx - x * x) * (n * yy - y * y));
    const double distance = euclidean_distance(std::span<const double>(a), std::span<const double>(b));
    // The one-pass form loses about 5 of 16 digits here.
    CHECK(distance * distance == doctest::Approx(2.0 - 2.0 * correlation).epsilon(1e-9));
}

TEST_CASE("a picture of one colour has no correlation with any, and a mean colour") {
    const Image flat{2, 3, std::vector<std::uint8_t>{9, 5, 1, 9, 5, 1, 9, 5, 1, 9, 5, 1, 9, 5, 1, 9, 5, 1}};
    std::vector<double> grey(detail::thumbnail_size, 7.0), colour(3);
    detail::grey_thumbnail(flat, grey);
    for (const double value : grey) CHECK(value == 0.0);
    detail::mean_colour(flat, colour);
    CHECK(colour == std::vector<double>{9.0, 5.0, 1.0});
}

TEST_CASE("floors need pairs of both kinds") {
    const ImageStore store = make_store([](std::size_t i) { return blocks(i, 0, 0, 0); });
    const std::vector<Pair> pairs = make_pairs(), one_kind(3, pairs[0]), none;
    CHECK_THROWS_AS(measure_floors({store, one_kind}, {store, pairs}, 2), Error);
    CHECK_THROWS_AS(measure_floors({store, pairs}, {store, none}, 2), Error);
}
