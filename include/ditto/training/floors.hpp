// What two comparisons without learning reach on the same pairs: a network that does no better has learnt nothing.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "ditto/core/parallel.hpp"
#include "ditto/evaluate/distance.hpp"
#include "ditto/evaluate/roc.hpp"
#include "ditto/images/image.hpp"
#include "ditto/images/image_store.hpp"
#include "ditto/images/resize.hpp"
#include "ditto/pairs/pair.hpp"
#include "ditto/training/evaluation.hpp"

namespace ditto {

/// Pairs of images in a store.
struct StoredPairs {
    const ImageStore& images;
    std::span<const Pair> pairs;
};

/// Accuracies on test pairs, each at the threshold of highest balanced accuracy on training pairs.
struct Floors {
    double grey_correlation = 0;  ///< of pictures shrunk to 25 x 25 grey pixels, normalised
    double mean_colour = 0;       ///< Euclidean distance of the mean colours

    /// The one that is harder to beat.
    double higher() const { return std::max(grey_correlation, mean_colour); }
};

namespace detail {

inline constexpr int thumbnail_side = 25;
inline constexpr std::size_t thumbnail_size = std::size_t{thumbnail_side} * thumbnail_side;

/// Fills `grey` [25, 25] with an image's brightness, moved and scaled to mean 0 and norm 1: the squared distance of two
/// such pictures is 2 - 2 times their correlation. A picture of one colour gives zeros.
inline void grey_thumbnail(const Image& image, std::span<double> grey) {
    const Image small = crop_and_resize(image, 1.0, thumbnail_side, thumbnail_side);
    for (std::size_t i = 0; i < grey.size(); ++i) {
        const std::uint8_t* pixel = small.pixels.data() + 3 * i;
        grey[i] = 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2];  // ITU-R BT.601
    }
    const double mean = std::accumulate(grey.begin(), grey.end(), 0.0) / static_cast<double>(grey.size());
    for (double& value : grey) value -= mean;
    const double norm = std::sqrt(std::inner_product(grey.begin(), grey.end(), grey.begin(), 0.0));
    for (double& value : grey) value = norm > 1e-6 ? value / norm : 0.0;
}

/// Fills `colour` [3] with the mean of all pixels.
inline void mean_colour(const Image& image, std::span<double> colour) {
    std::ranges::fill(colour, 0.0);
    for (std::size_t i = 0; i < image.pixels.size(); ++i) colour[i % 3] += image.pixels[i];
    for (double& value : colour) value /= static_cast<double>(image.pixels.size() / 3);
}

/// The part of a stored image that the network sees where nothing is augmented.
inline Image seen_part(const ImageStore& store, std::size_t position) {
    const Image& image = store.image(position);
    if (store.window() >= 1.0) return image;
    const auto side = [&](int length) { return std::max(1, static_cast<int>(std::lround(store.window() * length))); };
    return crop_and_resize(image, store.window(), side(image.height), side(image.width));
}

/// The distances of pairs of images that describe(image, numbers) turns into `size` numbers each.
template <class Describe>
std::vector<double> described_distances(const StoredPairs& data, std::size_t size, int threads,
                                        const Describe& describe) {
    const NamedImages named = named_images(data.pairs);
    std::vector<double> descriptions(named.images.size() * size);  // [images, size]
    parallel_for(named.images.size(), threads, [&](std::size_t i) {
        describe(seen_part(data.images, named.images[i]), std::span(descriptions).subspan(i * size, size));
    });
    return pair_distances(std::span<const double>(descriptions), size, std::span<const Pair>(named.pairs));
}

template <class Describe>
double floor_accuracy(const StoredPairs& train, const StoredPairs& test, std::size_t size, int threads,
                      const Describe& describe) {
    constexpr auto kind = ScoreKind::distance;
    const std::vector<double> known = described_distances(train, size, threads, describe);
    const double threshold = roc_curve(known, pair_labels(train.pairs), kind).most_balanced().threshold;
    const std::vector<double> unknown = described_distances(test, size, threads, describe);
    return accuracy_at(unknown, pair_labels(test.pairs), kind, threshold);
}

}  // namespace detail

/// The floors of a pair of lists; runs on up to `threads` threads. Throws Error when the training pairs are all of one
/// kind, or there are no test pairs.
inline Floors measure_floors(const StoredPairs& train, const StoredPairs& test, int threads) {
    return {detail::floor_accuracy(train, test, detail::thumbnail_size, threads, detail::grey_thumbnail),
            detail::floor_accuracy(train, test, 3, threads, detail::mean_colour)};
}

}  // namespace ditto
