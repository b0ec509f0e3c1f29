// Distances of features.
#include <doctest/doctest.h>

#include <cstddef>
#include <ditto/core/error.hpp>
#include <ditto/evaluate/distance.hpp>
#include <span>
#include <vector>

namespace {

struct Pair {
    std::size_t left, right;
};

std::vector<double> distances(const std::vector<float>& features, std::size_t dimension,
                              const std::vector<Pair>& pairs) {
    return ditto::pair_distances(std::span(features), dimension, std::span(pairs));
}

}  // namespace

TEST_CASE("distances of pairs") {
    const std::vector<float> features{0, 0, 3, 4, 3, 0};  // [3, 2]
    CHECK(distances(features, 2, {{0, 1}, {1, 2}, {2, 2}, {1, 0}}) == std::vector<double>{5, 4, 0, 5});
    CHECK(distances(features, 2, {}).empty());
}

TEST_CASE("sums are in float64") {
    // 2^24 + 1 is not a float: a float32 sum of these squares would lose every 1.
    std::vector<float> a(1025, 1), b(1025, 0);
    a[0] = 4096;
    CHECK(ditto::euclidean_distance<float>(a, b) == doctest::Approx(4096.124998092709).epsilon(1e-15));
    CHECK(ditto::euclidean_distance<double>(std::vector{1e-200}, std::vector{1e-200}) == 0);
}

TEST_CASE("features and pairs that do not fit are refused") {
    const std::vector<float> features{0, 0, 3, 4};
    CHECK_THROWS_WITH_AS(distances(features, 2, {{0, 1}, {0, 2}}),
                         doctest::Contains("pair 1 (counted from 0) names image 2 of 2"), ditto::Error);
    CHECK_THROWS_WITH_AS(distances(features, 2, {{3, 1}}),
                         doctest::Contains("pair 0 (counted from 0) names image 3 of 2"), ditto::Error);
    CHECK_THROWS_WITH_AS(distances(features, 3, {}), doctest::Contains("4 values are not rows"), ditto::Error);
    CHECK_THROWS_AS(distances(features, 0, {}), ditto::Error);
    CHECK_THROWS_AS(ditto::euclidean_distance<float>(features, std::vector<float>(3)), ditto::Error);
}
