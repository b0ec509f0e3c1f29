// A map of features: points of the plane, near each other where features are.
//
// t-SNE (van der Maaten, Hinton: "Visualizing Data using t-SNE", JMLR 9, 2008), exact: 20 operations a pair of points
// and step, a thousand steps; for some hundred points. It starts from the principal components and draws no random
// number, so the same features give the same map.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "ditto/evaluate/distance.hpp"

namespace ditto {

/// A place on the map: right and up, without a unit.
using MapPoint = std::array<double, 2>;

/// The squared Euclidean distances of all features [points, dimension]: [points, points].
inline std::vector<double> squared_distances(std::span<const float> features, std::size_t dimension) {
    const std::size_t points = features.size() / dimension;
    std::vector<double> squares(points * points);
    for (std::size_t i = 0; i < points; ++i)
        for (std::size_t j = 0; j < i; ++j) {
            const double distance = euclidean_distance(features.subspan(i * dimension, dimension),
                                                       features.subspan(j * dimension, dimension));
            squares[i * points + j] = squares[j * points + i] = distance * distance;
        }
    return squares;
}

/// The first two principal components: classical scaling (Torgerson, 1952) of squared Euclidean distances
/// [points, points], which gives the same numbers. Each component's largest value is positive.
inline std::vector<MapPoint> principal_components(std::span<const double> squares, std::size_t points) {
    const auto count = static_cast<double>(points);
    std::vector<double> mean(points), product(points * points);  // [points, points]: of centred features
    double total = 0.0;
    for (std::size_t i = 0; i < points; ++i) {
        for (std::size_t j = 0; j < points; ++j) mean[i] += squares[i * points + j] / count;
        total += mean[i] / count;
    }
    for (std::size_t i = 0; i < points; ++i)
        for (std::size_t j = 0; j < points; ++j)
            product[i * points + j] = -0.5 * (squares[i * points + j] - mean[i] - mean[j] + total);

    // The two largest eigenvectors by repeated multiplication; the start is any that no axis is orthogonal to.
    std::vector<MapPoint> vectors(points), next(points);
    for (std::size_t i = 0; i < points; ++i) {
        const auto at = static_cast<double>(i);
        vectors[i] = {std::cos(1.0 + 1.7 * at), std::sin(2.0 + 0.9 * at * at)};
    }
    MapPoint length{};
    for (int round = 0; round < 300; ++round) {
        for (std::size_t i = 0; i < points; ++i) {
            next[i] = {};
            for (std::size_t j = 0; j < points; ++j)
                for (std::size_t axis = 0; axis < 2; ++axis)
                    next[i][axis] += product[i * points + j] * vectors[j][axis];
        }
        const auto normalize = [&](std::size_t axis) {
            length[axis] = 0.0;
            for (const MapPoint& point : next) length[axis] += point[axis] * point[axis];
            length[axis] = std::sqrt(length[axis]);
            for (MapPoint& point : next) point[axis] /= std::max(length[axis], 1e-300);
        };
        normalize(0);
        double overlap = 0.0;
        for (const MapPoint& point : next) overlap += point[0] * point[1];
        for (MapPoint& point : next) point[1] -= overlap * point[0];
        normalize(1);
        std::swap(vectors, next);
    }
    for (std::size_t axis = 0; axis < 2; ++axis) {
        const auto size = [&](const MapPoint& point) { return std::abs(point[axis]); };
        const double largest = points == 0 ? 0.0 : (*std::ranges::max_element(vectors, {}, size))[axis];
        const double scale = std::copysign(std::sqrt(length[axis]), largest);
        for (MapPoint& point : vectors) point[axis] *= scale;
    }
    return vectors;
}

/// t-SNE's joint probabilities of pairs of points: [points, points], 1 in all. Each point's own distribution over the
/// others has the perplexity that is asked for, as far as its distances allow; it must be below points - 1.
inline std::vector<double> neighbour_probabilities(std::span<const double> squares, std::size_t points,
                                                   double perplexity) {
    std::vector<double> probabilities(points * points), row(points);
    for (std::size_t i = 0; i < points; ++i) {
        double nearest = HUGE_VAL, mean = 0.0;
        for (std::size_t j = 0; j < points; ++j) {
            if (j == i) continue;
            nearest = std::min(nearest, squares[i * points + j]);
            mean += squares[i * points + j] / static_cast<double>(points - 1);
        }
        if (mean == 0.0) mean = 1.0;  // all at one place
        // The precision of the Gaussian, between bounds that are halved on a logarithmic scale.
        double low = 1e-6 / mean, high = 1e12 / mean;
        for (int halving = 0; halving < 100; ++halving) {
            const double precision = std::sqrt(low * high);
            double sum = 0.0, weighted = 0.0;
            for (std::size_t j = 0; j < points; ++j) {
                const double excess = squares[i * points + j] - nearest;
                row[j] = j == i ? 0.0 : std::exp(-precision * excess);
                sum += row[j];
                weighted += row[j] * excess;
            }
            const double entropy = std::log(sum) + precision * weighted / sum;
            (entropy > std::log(perplexity) ? low : high) = precision;
            for (double& value : row) value /= sum;
        }
        for (std::size_t j = 0; j < points; ++j) {
            const double half = row[j] / (2.0 * static_cast<double>(points));
            probabilities[i * points + j] += half;
            probabilities[j * points + i] += half;
        }
    }
    return probabilities;
}

/// The gradient of the divergence KL(P, Q) by the points of the map, Q the map's Student-t similarities: [points].
inline void map_gradient(std::span<const double> probabilities, std::span<const MapPoint> map,
                         std::span<MapPoint> gradient) {
    const std::size_t points = map.size();
    const auto similarity = [&](std::size_t i, std::size_t j) {
        const double x = map[i][0] - map[j][0], y = map[i][1] - map[j][1];
        return 1.0 / (1.0 + x * x + y * y);
    };
    double sum = 0.0;
    for (std::size_t i = 0; i < points; ++i)
        for (std::size_t j = 0; j < i; ++j) sum += 2.0 * similarity(i, j);
    std::ranges::fill(gradient, MapPoint{});
    for (std::size_t i = 0; i < points; ++i)
        for (std::size_t j = 0; j < i; ++j) {
            const double near = similarity(i, j);
            const double force = 4.0 * (probabilities[i * points + j] - near / sum) * near;
            for (std::size_t axis = 0; axis < 2; ++axis) {
                const double pull = force * (map[i][axis] - map[j][axis]);
                gradient[i][axis] += pull;
                gradient[j][axis] -= pull;
            }
        }
}

/// A point of the plane for each of the features [points, dimension]: t-SNE of their Euclidean distances. Fewer than 5
/// points lie at their principal components.
inline std::vector<MapPoint> embedding_map(std::span<const float> features, std::size_t dimension, double perplexity) {
    const std::size_t points = features.size() / dimension;
    const std::vector<double> squares = squared_distances(features, dimension);
    std::vector<MapPoint> map = principal_components(squares, points);
    if (points < 5) return map;
    perplexity = std::clamp(perplexity, 1.5, static_cast<double>(points - 1) / 2.0);
    std::vector<double> probabilities = neighbour_probabilities(squares, points, perplexity);

    // The paper's descent: momentum, a gain for each coordinate, and exaggerated attraction at first. The rate follows
    // Belkina et al. ("Automated optimized parameters for t-SNE", 2019), the start Kobak and Berens (2019).
    constexpr double exaggeration = 12.0;
    constexpr int exaggerated = 250, steps = 1000;
    const double rate = std::max(static_cast<double>(points) / exaggeration / 4.0, 50.0);
    double spread = 0.0;
    for (const MapPoint& point : map) spread += point[0] * point[0] / static_cast<double>(points);
    const double scale = 1e-4 / std::max(std::sqrt(spread), 1e-300);
    for (MapPoint& point : map) point = {point[0] * scale, point[1] * scale};
    for (double& probability : probabilities) probability *= exaggeration;
    std::vector<MapPoint> gradient(points), velocity(points), gain(points, {1.0, 1.0});
    for (int step = 0; step < steps; ++step) {
        if (step == exaggerated)
            for (double& probability : probabilities) probability /= exaggeration;
        map_gradient(probabilities, map, gradient);
        const double momentum = step < exaggerated ? 0.5 : 0.8;
        for (std::size_t i = 0; i < points; ++i)
            for (std::size_t axis = 0; axis < 2; ++axis) {
                const bool turns = (gradient[i][axis] > 0.0) == (velocity[i][axis] > 0.0);
                gain[i][axis] = turns ? std::max(0.8 * gain[i][axis], 0.01) : gain[i][axis] + 0.2;
                velocity[i][axis] = momentum * velocity[i][axis] - rate * gain[i][axis] * gradient[i][axis];
                map[i][axis] += velocity[i][axis];
            }
    }
    return map;
}

}  // namespace ditto
