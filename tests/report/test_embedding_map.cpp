#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "ditto/core/random.hpp"
#include "ditto/report/embedding_map.hpp"
#include "reference_map.hpp"

namespace {

using ditto::MapPoint;

std::vector<MapPoint> places(std::span<const double> numbers) {
    std::vector<MapPoint> map;
    for (std::size_t i = 0; i < numbers.size(); i += 2) map.push_back({numbers[i], numbers[i + 1]});
    return map;
}

// KL(P, Q) as the paper writes it.
double divergence(std::span<const double> probabilities, std::span<const MapPoint> map) {
    const std::size_t points = map.size();
    const auto near = [&](std::size_t i, std::size_t j) {
        const double x = map[i][0] - map[j][0], y = map[i][1] - map[j][1];
        return i == j ? 0.0 : 1.0 / (1.0 + x * x + y * y);
    };
    double all = 0.0, sum = 0.0;
    for (std::size_t i = 0; i < points; ++i)
        for (std::size_t j = 0; j < points; ++j) all += near(i, j);
    for (std::size_t i = 0; i < points; ++i)
        for (std::size_t j = 0; j < points; ++j)
            if (const double p = probabilities[i * points + j]; p > 0.0) sum += p * std::log(p * all / near(i, j));
    return sum;
}

struct Clusters {
    static constexpr std::size_t dimension = 16;
    std::vector<float> features;
    std::vector<std::size_t> cluster;  // of each point
};

Clusters clusters(std::size_t count, std::size_t size, double spread) {
    Clusters result;
    ditto::Random random(5, ditto::RandomPurpose::test);
    for (std::size_t i = 0; i < count; ++i) {
        std::vector<double> centre(Clusters::dimension);
        for (double& value : centre) value = random.normal();
        for (std::size_t j = 0; j < size; ++j) {
            for (const double value : centre)
                result.features.push_back(static_cast<float>(value + spread * random.normal()));
            result.cluster.push_back(i);
        }
    }
    return result;
}

// The share of points whose nearest other point of the map is of their own cluster.
double purity(const std::vector<MapPoint>& map, const std::vector<std::size_t>& cluster) {
    std::size_t pure = 0;
    for (std::size_t i = 0; i < map.size(); ++i) {
        std::size_t nearest = i;
        double least = std::numeric_limits<double>::infinity();
        for (std::size_t j = 0; j < map.size(); ++j)
            if (const double distance = std::hypot(map[i][0] - map[j][0], map[i][1] - map[j][1]);
                j != i && distance < least) {
                least = distance;
                nearest = j;
            }
        pure += cluster[nearest] == cluster[i];
    }
    return static_cast<double>(pure) / static_cast<double>(map.size());
}

bool all_finite(const std::vector<MapPoint>& map) {
    return std::ranges::all_of(map, [](const MapPoint& p) { return std::isfinite(p[0]) && std::isfinite(p[1]); });
}

}  // namespace

TEST_CASE("probabilities, principal components, divergence and gradient are scikit-learn's and NumPy's") {
    const std::vector<double> squares = ditto::squared_distances(reference::features, reference::dimension);
    const std::vector<double> probabilities =
        ditto::neighbour_probabilities(squares, reference::points, reference::perplexity);
    // scikit-learn's search stops within 1e-5 of the entropy, on float32 distances.
    for (std::size_t i = 0; i < probabilities.size(); ++i)
        CHECK(std::abs(probabilities[i] - reference::probabilities[i]) < 2e-5);
    const std::vector<MapPoint> components = ditto::principal_components(squares, reference::points);
    // The third largest eigenvalue is far below the second: float64 all but converges.
    for (std::size_t i = 0; i < reference::points; ++i)
        for (std::size_t axis = 0; axis < 2; ++axis)
            CHECK(components[i][axis] == doctest::Approx(reference::components[2 * i + axis]).epsilon(1e-9));
    const std::vector<MapPoint> map = places(reference::map);
    CHECK(divergence(reference::probabilities, map) == doctest::Approx(reference::divergence).epsilon(1e-9));
    std::vector<MapPoint> gradient(reference::points);
    ditto::map_gradient(reference::probabilities, map, gradient);
    for (std::size_t i = 0; i < reference::points; ++i)
        for (std::size_t axis = 0; axis < 2; ++axis)
            CHECK(gradient[i][axis] == doctest::Approx(reference::gradient[2 * i + axis]).epsilon(1e-6));
}

TEST_CASE("the gradient is that of the divergence, by finite differences") {
    std::vector<MapPoint> map = places(reference::map);
    std::vector<MapPoint> gradient(map.size());
    // The formula holds for probabilities that are 1 in all; the reference's are rounded.
    std::vector<double> probabilities(reference::probabilities.begin(), reference::probabilities.end());
    const double sum = std::accumulate(probabilities.begin(), probabilities.end(), 0.0);
    for (double& probability : probabilities) probability /= sum;
    ditto::map_gradient(probabilities, map, gradient);
    for (std::size_t i = 0; i < map.size(); ++i)
        for (std::size_t axis = 0; axis < 2; ++axis) {
            const double here = map[i][axis], step = 1e-5;
            map[i][axis] = here + step;
            const double above = divergence(probabilities, map);
            map[i][axis] = here - step;
            const double below = divergence(probabilities, map);
            map[i][axis] = here;
            // Central differences: step^2 and 1e-16 / step are both below 1e-9.
            CHECK(std::abs((above - below) / (2 * step) - gradient[i][axis]) < 1e-8);
        }
}

TEST_CASE("people that features tell apart stay apart on the map, and it is the same map every time") {
    const Clusters data = clusters(12, 6, 0.35);
    const std::vector<MapPoint> map = ditto::embedding_map(data.features, Clusters::dimension, 6);
    CHECK(all_finite(map));
    CHECK(purity(map, data.cluster) == 1.0);
    // Twelve centres in 16 dimensions have no place in a plane: the principal components mix some of them.
    const auto squares = ditto::squared_distances(data.features, Clusters::dimension);
    CHECK(purity(ditto::principal_components(squares, map.size()), data.cluster) < 0.9);
    CHECK(ditto::embedding_map(data.features, Clusters::dimension, 6) == map);
}

TEST_CASE("few points, and points at one place") {
    for (const std::size_t points : {0U, 1U, 2U, 3U, 4U, 5U, 6U}) {
        const std::vector<float> same(3 * points, 0.5F);
        CHECK(all_finite(ditto::embedding_map(same, 3, 5)));
        std::vector<float> line(3 * points);
        for (std::size_t i = 0; i < points; ++i) line[3 * i] = static_cast<float>(i);
        const std::vector<MapPoint> map = ditto::embedding_map(line, 3, 5);
        CHECK(map.size() == points);
        CHECK(all_finite(map));
    }
    // Two images, one of them twice, among others.
    Clusters data = clusters(4, 3, 0.1);
    std::copy_n(data.features.begin(), Clusters::dimension, data.features.begin() + Clusters::dimension);
    CHECK(all_finite(ditto::embedding_map(data.features, Clusters::dimension, 3)));
}
