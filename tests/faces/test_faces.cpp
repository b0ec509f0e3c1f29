#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/core/parallel.hpp"
#include "ditto/faces/face_pairs.hpp"
#include "ditto/faces/faces.hpp"
#include "ditto/images/image_store.hpp"
#include "ditto/images/recipe.hpp"
#include "ditto/images/resize.hpp"
#include "ditto/training/floors.hpp"

using namespace ditto;

namespace {

/// Root mean square difference of numbers that are bytes of pictures, or means of such.
template <class Numbers>
double difference(const Numbers& a, const Numbers& b) {
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double step = static_cast<double>(a[i]) - static_cast<double>(b[i]);
        sum += step * step;
    }
    return std::sqrt(sum / static_cast<double>(a.size()));
}

/// The mean of `count` pictures of a person: nuisances average out.
std::vector<double> mean_picture(std::uint64_t person, std::uint32_t first, std::uint32_t count) {
    constexpr int size = 32;
    std::vector<double> mean(3 * size * size);
    for (std::uint32_t picture = first; picture < first + count; ++picture) {
        const Image image = draw_face(1, person, picture, size);
        for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += image.pixels[i] / static_cast<double>(count);
    }
    return mean;
}

std::uint64_t person_of(const FacePairs& faces, std::uint32_t position) {
    return faces.first_person + position / faces.pictures_per_person;
}

/// Checks what every list of pairs must hold, and gives the people in it.
std::set<std::uint64_t> checked_people(const FacePairs& faces) {
    std::set<std::uint64_t> people;
    std::set<std::pair<std::uint32_t, std::uint32_t>> seen;
    std::size_t same = 0;
    for (const Pair& pair : faces.pairs) {
        REQUIRE(pair.left < faces.pictures());
        REQUIRE(pair.right < faces.pictures());
        CHECK(pair.left != pair.right);
        CHECK(seen.insert(std::minmax(pair.left, pair.right)).second);
        const std::uint64_t left = person_of(faces, pair.left), right = person_of(faces, pair.right);
        CHECK((left == right) == (pair.label == PairLabel::same));
        same += pair.label == PairLabel::same;
        people.insert({left, right});
    }
    CHECK(2 * same == faces.pairs.size());
    CHECK(people.size() == faces.people);
    return people;
}

ImageStore draw_all(const FacePairs& faces) {
    return ImageStore(
        faces.pictures(), [&](std::size_t i) { return faces.draw(i); }, ImageRecipe{1.0, 128, 128});
}

}  // namespace

TEST_CASE("a picture is a function of seed, person, number and size") {
    const Image image = draw_face(1, 2, 3);
    CHECK(image.height == 128);
    CHECK(image.width == 128);
    CHECK(image.pixels.size() == 128 * 128 * 3);
    CHECK(image.pixels == draw_face(1, 2, 3).pixels);
    // Grain alone makes two pictures differ by up to 7 levels (0.05 x 255 x sqrt(2 / 6)).
    CHECK(difference(image.pixels, draw_face(2, 2, 3).pixels) > 20.0);
    CHECK(difference(image.pixels, draw_face(1, 3, 3).pixels) > 20.0);
    CHECK(difference(image.pixels, draw_face(1, 2, 4).pixels) > 20.0);
}

TEST_CASE("a picture has any size, and the same scene at each") {
    for (const int size : {1, 2, 31, 200})
        CHECK(draw_face(1, 2, 3, size).pixels.size() == std::size_t(3 * size * size));
    const Image halved = crop_and_resize(draw_face(1, 2, 3, 256), 1.0, 64, 64), small = draw_face(1, 2, 3, 64);
    // Grain and the width of edges differ; another scene is further away than 20.
    CHECK(difference(halved.pixels, small.pixels) < 15.0);
}

TEST_CASE("what cannot be drawn is refused") {
    CHECK_THROWS_AS(draw_face(1, 2, 3, 0), Error);
    CHECK_THROWS_AS(draw_face(1, 2, 3, -1), Error);
    CHECK_THROWS_AS(draw_face(1, 2, 3, 4097), Error);
    CHECK_THROWS_AS(draw_face(1, 2, 1U << 24), Error);
    CHECK_THROWS_AS(training_face_pairs(1, 1), Error);
    CHECK_THROWS_AS(test_face_pairs(1, 0), Error);
}

TEST_CASE("a person's features stay from picture to picture") {
    const std::vector<double> one = mean_picture(5, 0, 100), again = mean_picture(5, 100, 100);
    for (std::uint64_t other = 6; other < 26; ++other)
        CHECK(difference(one, mean_picture(other, 0, 100)) > 1.5 * difference(one, again));
}

TEST_CASE("lists of pairs are balanced, and no person is in both") {
    for (const std::uint32_t people : {2U, 3U, 100U}) {
        CAPTURE(people);
        const FacePairs train = training_face_pairs(1, people);
        CHECK(train.pairs.size() == 2 * people);
        checked_people(train);
        checked_people(test_face_pairs(1, people));
    }
    const std::set<std::uint64_t> train = checked_people(training_face_pairs(1, 1000));
    for (const std::uint64_t person : checked_people(test_face_pairs(1))) CHECK_FALSE(train.contains(person));
}

TEST_CASE("a training list shows every picture once") {
    const FacePairs faces = training_face_pairs(1, 7);
    std::set<std::uint32_t> pictures;
    for (const Pair& pair : faces.pairs) {
        CHECK(pictures.insert(pair.left).second);
        CHECK(pictures.insert(pair.right).second);
    }
    CHECK(pictures.size() == faces.pictures());
}

TEST_CASE("comparisons without learning fail") {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        CAPTURE(seed);
        const FacePairs train = training_face_pairs(seed, 300), test = test_face_pairs(seed);
        REQUIRE(test.pairs.size() >= 500);
        const ImageStore train_images = draw_all(train), test_images = draw_all(test);
        const Floors floors =
            measure_floors({train_images, train.pairs}, {test_images, test.pairs}, available_threads());
        MESSAGE("seed " << seed << ": correlation " << floors.grey_correlation << ", mean colour "
                        << floors.mean_colour);
        CHECK(floors.grey_correlation <= 0.65);
        CHECK(floors.mean_colour <= 0.65);
    }
}
