// BatchNorm's running statistics, measured anew for the weights that are about to be used.
//
// A step's running statistics follow weights that have changed since, and those of an average of weights belong to no
// weights at all: features with them are worse than the weights deserve, the more the faster the weights move (Izmailov
// et al., "Averaging Weights Leads to Wider Optima and Better Generalization", 2018, section 3.2).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "ditto/core/parallel.hpp"
#include "ditto/core/random.hpp"
#include "ditto/images/image_store.hpp"
#include "ditto/pairs/pair.hpp"
#include "ditto/trainer/any_trainer.hpp"

namespace ditto {

/// Up to `most` of the images of `pairs`, drawn with `seed`.
inline std::vector<std::uint32_t> statistics_images(std::span<const Pair> pairs, std::size_t most, std::uint64_t seed) {
    std::vector<std::uint32_t> images;
    for (const Pair& pair : pairs) images.insert(images.end(), {pair.left, pair.right});
    std::ranges::sort(images);
    images.erase(std::unique(images.begin(), images.end()), images.end());
    Random(seed, RandomPurpose::statistics).shuffle(images.begin(), images.end());
    images.resize(std::min(images.size(), most));
    return images;
}

/// Sets the trainer's running statistics to the means, over batches, of those of `images`, positions in the store,
/// without augmentation. Fewer than 2 images change nothing.
inline void measure_statistics(AnyTrainer& trainer, const ImageStore& store, std::span<const std::uint32_t> images,
                               int threads) {
    const auto image_size = static_cast<std::size_t>(trainer.image_extents().size());
    const std::size_t batch = 2 * trainer.capacity_pairs();
    std::vector<float> pixels(batch * image_size);  // [batch, H, W, 3]
    for (std::size_t first = 0; first + 1 < images.size(); first += batch) {
        const std::size_t now = std::min(batch, images.size() - first);
        parallel_for(now, threads, [&](std::size_t i) {
            store.sample(images[first + i], {}, std::span(pixels).subspan(i * image_size, image_size));
        });
        trainer.update_statistics(std::span(pixels).first(now * image_size),
                                  static_cast<double>(first) / static_cast<double>(first + now));
    }
}

}  // namespace ditto
