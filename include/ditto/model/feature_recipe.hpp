// How the features of an image are made from a network's output when it is used. Stored with the weights: other
// features mean other distances.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "ditto/core/error.hpp"

namespace ditto {

/// What happens to the network's output, in this order. Without either, the features are the output.
struct FeatureRecipe {
    bool mirror_averaged = false;  ///< the mean of the output for the image and for its mirror image
    bool normalized = false;       ///< then scaled to the Euclidean length 1

    bool operator==(const FeatureRecipe&) const = default;
};

/// One line of text that parse_feature_recipe() takes back: "plain", "mirror=averaged", "length=1" or "mirror=averaged
/// length=1".
inline std::string to_string(const FeatureRecipe& recipe) {
    if (recipe == FeatureRecipe{}) return "plain";
    std::string text = recipe.mirror_averaged ? "mirror=averaged" : "";
    if (recipe.normalized) text += text.empty() ? "length=1" : " length=1";
    return text;
}

/// The recipe in a line that to_string() wrote. Throws Error if it is anything else.
inline FeatureRecipe parse_feature_recipe(std::string_view text) {
    for (const bool mirror_averaged : {false, true})
        for (const bool normalized : {false, true})
            if (const FeatureRecipe recipe{mirror_averaged, normalized}; text == to_string(recipe)) return recipe;
    throw Error("feature recipe '" + std::string(text) + "' is neither '" + to_string(FeatureRecipe{}) + "' nor '" +
                to_string(FeatureRecipe{true, true}) +
                "' or a part of that; it was written by another version or program: use that");
}

/// Makes features, in place, from the network's output for images, [images, size], and for their mirror images,
/// `mirrored`: the same shape, or empty where the recipe does not ask for them. Output that is all zero stays so.
/// Throws Error when the two do not fit each other, the recipe, or `size`.
inline void finish_features(const FeatureRecipe& recipe, std::size_t size, std::span<float> features,
                            std::span<const float> mirrored = {}) {
    if (size == 0 || features.size() % size != 0)
        throw Error(std::to_string(features.size()) + " values are not rows of features of " + std::to_string(size) +
                    "; give the network's output size");
    if (const std::size_t wanted = recipe.mirror_averaged ? features.size() : 0; mirrored.size() != wanted)
        throw Error("the feature recipe '" + to_string(recipe) + "' takes " + std::to_string(wanted) +
                    " values of mirror images, got " + std::to_string(mirrored.size()) +
                    "; embed each image's mirror image exactly where the recipe averages them");
    for (std::size_t i = 0; i < mirrored.size(); ++i) features[i] = 0.5F * (features[i] + mirrored[i]);
    if (!recipe.normalized) return;
    for (std::size_t first = 0; first < features.size(); first += size) {
        const auto row = features.subspan(first, size);
        double squares = 0.0;  // of float32 numbers neither overflow nor vanish in float64
        for (const float value : row) squares += static_cast<double>(value) * static_cast<double>(value);
        if (squares == 0.0) continue;
        const double length = std::sqrt(squares);
        for (float& value : row) value = static_cast<float>(value / length);
    }
}

}  // namespace ditto
