// What travels with weights in the metadata of their file: the architecture's fingerprint, the recipes of the image and
// of the features, the loss, its margin, the threshold and the calibration. As text and back, with every check.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

#include "ditto/core/error.hpp"
#include "ditto/core/score_kind.hpp"
#include "ditto/evaluate/platt.hpp"
#include "ditto/images/recipe.hpp"
#include "ditto/io/safetensors_reader.hpp"
#include "ditto/losses/losses.hpp"
#include "ditto/model/feature_recipe.hpp"

namespace ditto {

/// What travels with weights in the file's metadata. A file that PyTorch wrote may have none of it.
struct WeightsInfo {
    std::optional<std::string> fingerprint{};  ///< of the network without the loss
    std::optional<std::string> loss{};         ///< Loss::name
    std::optional<double> margin{};            ///< of a contrastive loss, greater than 0
    std::optional<double> threshold{};         ///< between same and different: a score that the loss can give
    std::optional<ImageRecipe> recipe{};
    std::optional<FeatureRecipe> features{};   ///< a file without an entry means plain ones
    std::optional<Calibration> calibration{};  ///< from the loss's score to a probability, more for what is more alike
};

/// Whether it can be a threshold: a score that a pair can have. Beyond those lie thresholds that give all pairs one
/// answer.
inline bool is_threshold(double value, ScoreKind kind) {
    return std::isfinite(value) && value >= 0.0 && (kind == ScoreKind::distance || value <= 1.0);
}

namespace detail {

// The shortest text that reads back as the same number.
inline std::string number_text(double value) {
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

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

// What the scores of that loss are, if it is one of ditto's.
inline std::optional<ScoreKind> score_kind_of(const std::optional<std::string>& loss) {
    std::optional<ScoreKind> kind;
    AllLosses::for_each([&]<class Loss>(const Loss&) {
        if (loss == Loss::name) kind = Loss::score_kind;
    });
    return kind;
}

// Throws Error, beginning with `where`, for a number that makes no sense: with a threshold that is not finite, say,
// everybody would be the same person.
inline void require_sense(const WeightsInfo& info, const std::string& where) {
    const auto fail = [&](const std::string& entry, const std::string& value, const std::string& expected) {
        throw Error(where + ": its ditto." + entry + " is " + value + ", but it must be " + expected +
                    "; save the weights again");
    };
    const std::optional<ScoreKind> kind = score_kind_of(info.loss);
    if (info.margin && !(std::isfinite(*info.margin) && *info.margin > 0.0))
        fail("margin", number_text(*info.margin), "a finite number above 0");
    if (info.threshold && !is_threshold(*info.threshold, kind.value_or(ScoreKind::distance)))
        fail("threshold", number_text(*info.threshold),
             kind == ScoreKind::probability ? "a number from 0 to 1" : "a finite number, 0 or more");
    if (!info.calibration) return;
    const auto& [slope, intercept] = *info.calibration;
    if (!std::isfinite(slope) || !std::isfinite(intercept))
        fail("calibration", to_string(*info.calibration), "of finite numbers");
    if (kind && slope * (kind == ScoreKind::distance ? -1.0 : 1.0) < 0.0)
        fail("calibration", to_string(*info.calibration),
             "more probable for what is more alike: the scores of loss " + *info.loss + " are " +
                 (kind == ScoreKind::distance ? "distances" : "probabilities"));
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
