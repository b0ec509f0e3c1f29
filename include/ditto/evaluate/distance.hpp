// Euclidean distances between features.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "ditto/core/error.hpp"

namespace ditto {

/// The Euclidean distance of two features of equal length, summed in float64.
template <class Scalar>
double euclidean_distance(std::span<const Scalar> a, std::span<const Scalar> b) {
    if (a.size() != b.size())
        throw Error("the distance of features of " + std::to_string(a.size()) + " and " + std::to_string(b.size()) +
                    " values is not defined; take both from one network");
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double difference = static_cast<double>(a[i]) - static_cast<double>(b[i]);
        sum += difference * difference;
    }
    return std::sqrt(sum);
}

/// The Euclidean distance of every pair: [pairs]. `features` is [images, dimension]; a Pair has members `left` and
/// `right`, positions of images. Throws Error when the features are not whole rows, or when a pair names an image that
/// they do not have.
template <class Scalar, class Pair>
std::vector<double> pair_distances(std::span<const Scalar> features, std::size_t dimension,
                                   std::span<const Pair> pairs) {
    if (dimension == 0 || features.size() % dimension != 0)
        throw Error(std::to_string(features.size()) + " values are not rows of features of " +
                    std::to_string(dimension) + "; give the network's output size");
    const std::size_t images = features.size() / dimension;
    std::vector<double> distances;
    distances.reserve(pairs.size());
    for (const Pair& pair : pairs) {
        const std::size_t left = pair.left, right = pair.right;
        if (left >= images || right >= images)
            throw Error("pair " + std::to_string(distances.size()) + " (counted from 0) names image " +
                        std::to_string(std::max(left, right)) + " of " + std::to_string(images) +
                        "; compute the features of all images");
        distances.push_back(euclidean_distance(features.subspan(left * dimension, dimension),
                                               features.subspan(right * dimension, dimension)));
    }
    return distances;
}

}  // namespace ditto
