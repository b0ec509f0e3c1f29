// The features of stored images, as the recipes of the weights want them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "ditto/core/parallel.hpp"
#include "ditto/images/image_store.hpp"
#include "ditto/images/mirror.hpp"
#include "ditto/model/embedder.hpp"
#include "ditto/model/feature_recipe.hpp"

namespace ditto {

/// The features of `images`, positions in the store, in their order: [images, features], as the recipe makes them, with
/// the running statistics and without augmentation.
inline std::vector<float> embed_images(Embedder& model, const ImageStore& store, std::span<const std::uint32_t> images,
                                       const FeatureRecipe& recipe, int threads) {
    const Extents extents = model.image_extents();
    const auto image_size = static_cast<std::size_t>(extents.size());
    const std::size_t feature_count = model.feature_count(), batch = std::min(model.capacity_images(), images.size());
    std::vector<float> pixels(batch * image_size);                                    // [batch, H, W, 3]
    std::vector<float> mirrored(recipe.mirror_averaged ? batch * feature_count : 0);  // [batch, features]
    std::vector<float> features(images.size() * feature_count);
    for (std::size_t first = 0; first < images.size(); first += batch) {
        const std::size_t now = std::min(batch, images.size() - first);
        const auto image = [&](std::size_t i) { return std::span(pixels).subspan(i * image_size, image_size); };
        const auto own = std::span(features).subspan(first * feature_count, now * feature_count);
        parallel_for(now, threads, [&](std::size_t i) { store.sample(images[first + i], {}, image(i)); });
        model.embed(std::span(pixels).first(now * image_size), own);
        const auto other = std::span(mirrored).first(recipe.mirror_averaged ? own.size() : 0);
        if (recipe.mirror_averaged) {
            parallel_for(now, threads, [&](std::size_t i) { mirror(image(i), extents.height(), extents.width()); });
            model.embed(std::span(pixels).first(now * image_size), other);
        }
        finish_features(recipe, feature_count, own, other);
    }
    return features;
}

}  // namespace ditto
