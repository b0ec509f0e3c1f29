// How an image file becomes the input of a network. Stored with the weights: other pixels mean other features.
#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>

#include "ditto/core/error.hpp"
#include "ditto/images/image.hpp"
#include "ditto/images/resize.hpp"

namespace ditto {

/// The central part of the image that is kept, and the size it is resized to. Pixels are always RGB, values 0 to 1.
struct ImageRecipe {
    double crop = 1.0;  ///< fraction of each side, in (0, 1]; 1 keeps the whole frame
    int height = 128;
    int width = 128;

    bool operator==(const ImageRecipe&) const = default;
};

/// Throws Error if a value of the recipe makes no sense.
inline void check(const ImageRecipe& recipe) {
    if (!(recipe.crop > 0.0 && recipe.crop <= 1.0))
        throw Error("image recipe: crop " + std::to_string(recipe.crop) + " is not a fraction in (0, 1]");
    if (recipe.height < 2 || recipe.width < 2 || recipe.height > 4096 || recipe.width > 4096)
        throw Error("image recipe: " + std::to_string(recipe.height) + " x " + std::to_string(recipe.width) +
                    " pixels are not a size from 2 to 4096");
}

/// One line of text, such as "crop=1 height=128 width=128 pixels=rgb[0,1]", that parse_image_recipe() takes back.
inline std::string to_string(const ImageRecipe& recipe) {
    std::array<char, 32> crop{};
    const auto end = std::to_chars(crop.data(), crop.data() + crop.size(), recipe.crop).ptr;  // shortest exact form
    return "crop=" + std::string(crop.data(), end) + " height=" + std::to_string(recipe.height) +
           " width=" + std::to_string(recipe.width) + " pixels=rgb[0,1]";
}

/// The recipe in a line that to_string() wrote. Throws Error if it is anything else.
inline ImageRecipe parse_image_recipe(std::string_view text) {
    std::string_view rest = text;
    const auto read = [&](std::string_view name, auto& value) {
        if (!rest.starts_with(name)) return false;
        const auto [end, failure] = std::from_chars(rest.data() + name.size(), rest.data() + rest.size(), value);
        rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
        return failure == std::errc{};
    };
    ImageRecipe recipe;
    if (!read("crop=", recipe.crop) || !read(" height=", recipe.height) || !read(" width=", recipe.width) ||
        rest != " pixels=rgb[0,1]")
        throw Error("image recipe '" + std::string(text) + "' is not of the form '" + to_string(ImageRecipe{}) +
                    "'; it was written by another version or program");
    check(recipe);
    return recipe;
}

/// Throws Error if images prepared by `used` are not what a network trained with `trained` expects.
inline void check_same_recipe(const ImageRecipe& trained, const ImageRecipe& used) {
    if (trained != used)
        throw Error("image recipe: the weights were trained on images of '" + to_string(trained) + "', not of '" +
                    to_string(used) + "'; prepare the images as at training");
}

/// The network's input, [recipe.height, recipe.width, 3], from an image of any size.
inline Image apply(const ImageRecipe& recipe, const Image& image) {
    return crop_and_resize(image, recipe.crop, recipe.height, recipe.width);
}

}  // namespace ditto
