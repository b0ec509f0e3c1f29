// WeightsInfo as text in the metadata of a file, and back.
#pragma once

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "ditto/core/error.hpp"
#include "ditto/evaluate/platt.hpp"
#include "ditto/images/recipe.hpp"
#include "ditto/io/safetensors_reader.hpp"
#include "ditto/model/feature_recipe.hpp"
#include "ditto/model/weights_info.hpp"

namespace ditto {

namespace detail {

inline std::optional<std::string> metadata_text(const SafetensorsReader& file, const std::string& key) {
    const auto found = file.metadata().find(key);
    return found == file.metadata().end() ? std::nullopt : std::optional(found->second);
}

// Any number, also one that is not finite: who asks knows what makes sense.
inline std::optional<double> metadata_number(const SafetensorsReader& file, const std::string& key) {
    const auto text = metadata_text(file, key);
    if (!text) return std::nullopt;
    double value = 0.0;
    const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (failure != std::errc{} || end != text->data() + text->size())
        throw Error(file.path().string() + ": its " + key + " is " + quoted(*text) +
                    ", which is no number; save the weights again");
    return value;
}

// A text that messages can show as it is.
inline std::optional<std::string> metadata_word(const SafetensorsReader& file, const std::string& key) {
    const auto text = metadata_text(file, key);
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
    if (text && std::ranges::any_of(*text, is_control))
        throw Error(file.path().string() + ": its " + key + " is " + quoted(*text) +
                    ", with control characters; save the weights again");
    return text;
}

// What parse(text) makes of an entry, if there is one. Its Error is told which entry of which file it is about.
template <class Parse>
auto metadata_value(const SafetensorsReader& file, const std::string& key, const Parse& parse)
    -> std::optional<decltype(parse(std::string_view()))> {
    const auto text = metadata_word(file, key);
    if (!text) return std::nullopt;
    try {
        return parse(*text);
    } catch (const Error& error) {
        throw Error(file.path().string() + ": its " + key + ": " + error.what());
    }
}

}  // namespace detail

/// Info as the metadata of a file.
inline Metadata to_metadata(const WeightsInfo& info) {
    Metadata metadata{{"format", "pt"}};
    if (info.fingerprint) metadata["ditto.fingerprint"] = *info.fingerprint;
    if (info.loss) metadata["ditto.loss"] = *info.loss;
    if (info.margin) metadata["ditto.margin"] = detail::number_text(*info.margin);
    if (info.threshold) metadata["ditto.threshold"] = detail::number_text(*info.threshold);
    if (info.recipe) metadata["ditto.recipe"] = to_string(*info.recipe);
    if (info.features && *info.features != FeatureRecipe{}) metadata["ditto.features"] = to_string(*info.features);
    if (info.calibration) metadata["ditto.calibration"] = to_string(*info.calibration);
    return metadata;
}

/// The info in a file's metadata. Throws Error, naming file and entry, where one cannot be read or makes no sense: a
/// number that is not finite, a negative margin, a threshold that is no score of the loss, a calibration of the wrong
/// direction.
inline WeightsInfo weights_info(const SafetensorsReader& file) {
    WeightsInfo info{detail::metadata_word(file, "ditto.fingerprint"),
                     detail::metadata_word(file, "ditto.loss"),
                     detail::metadata_number(file, "ditto.margin"),
                     detail::metadata_number(file, "ditto.threshold"),
                     detail::metadata_value(file, "ditto.recipe", parse_image_recipe),
                     detail::metadata_value(file, "ditto.features", parse_feature_recipe),
                     detail::metadata_value(file, "ditto.calibration", parse_calibration)};
    detail::require_sense(info, file.path().string());
    return info;
}

}  // namespace ditto
