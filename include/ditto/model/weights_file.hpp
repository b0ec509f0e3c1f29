// Weights as safetensors files under PyTorch's names, with what is needed to use them: the architecture's fingerprint,
// the recipes of the image and of the features, the loss, its margin, the threshold and the calibration.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/evaluate/platt.hpp"
#include "ditto/images/recipe.hpp"
#include "ditto/io/permuted.hpp"
#include "ditto/io/safetensors.hpp"
#include "ditto/model/feature_recipe.hpp"
#include "ditto/model/stored_tensor.hpp"

namespace ditto {

/// What travels with weights in the file's metadata. A file that PyTorch wrote may have none of it.
struct WeightsInfo {
    std::optional<std::string> fingerprint{};  ///< of the network without the loss
    std::optional<std::string> loss{};         ///< Loss::name
    std::optional<double> margin{};            ///< of a contrastive loss
    std::optional<double> threshold{};         ///< between same and different, in the unit of the loss's score
    std::optional<ImageRecipe> recipe{};
    std::optional<FeatureRecipe> features{};   ///< a file without an entry means plain ones
    std::optional<Calibration> calibration{};  ///< from the loss's score to a probability
};

namespace detail {

inline DType file_dtype(StoredType type) {
    return type == StoredType::float32 ? DType::f32 : type == StoredType::float64 ? DType::f64 : DType::i64;
}

inline std::vector<std::size_t> file_shape(const TensorInfo& info) {
    return {info.shape.begin(), info.shape.begin() + info.rank};
}

inline PermutedLayout memory_layout(const TensorInfo& info) {
    return {file_shape(info), {info.memory_order.begin(), info.memory_order.begin() + info.rank}};
}

// Calls visit(span) with the tensor's numbers as float, double or int64.
template <class Visit>
void visit_numbers(const StoredTensor& tensor, const Visit& visit) {
    const auto size = static_cast<std::size_t>(tensor.info.size());
    switch (tensor.type) {
        case StoredType::float32:
            return visit(std::span(static_cast<float*>(tensor.data), size));
        case StoredType::float64:
            return visit(std::span(static_cast<double*>(tensor.data), size));
        case StoredType::int64:
            return visit(std::span(static_cast<std::int64_t*>(tensor.data), size));
    }
}

inline std::string shape_text(const std::vector<std::size_t>& shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
    return text + "]";
}

// The shortest text that reads back as the same number.
inline std::string number_text(double value) {
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

inline std::optional<std::string> metadata_text(const SafetensorsReader& file, const std::string& key) {
    const auto found = file.metadata().find(key);
    return found == file.metadata().end() ? std::nullopt : std::optional(found->second);
}

inline std::optional<double> metadata_number(const SafetensorsReader& file, const std::string& key) {
    const auto text = metadata_text(file, key);
    if (!text) return std::nullopt;
    double value = 0.0;
    const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (failure != std::errc{} || end != text->data() + text->size())
        throw Error(file.path().string() + ": its " + key + " is '" + *text +
                    "', which is no number; save the weights again");
    return value;
}

// What parse(text) makes of an entry, if there is one. Its Error is told which file it is about.
template <class Parse>
auto metadata_value(const SafetensorsReader& file, const std::string& key, const Parse& parse)
    -> std::optional<decltype(parse(std::string_view()))> {
    const auto text = metadata_text(file, key);
    if (!text) return std::nullopt;
    try {
        return parse(*text);
    } catch (const Error& error) {
        throw Error(file.path().string() + ": " + error.what());
    }
}

}  // namespace detail

/// Tensors as sources for write_safetensors. They must stay alive and unchanged until the file is written.
inline std::vector<TensorSource> tensor_sources(std::span<const StoredTensor> tensors) {
    std::vector<TensorSource> sources;
    for (const StoredTensor& tensor : tensors)
        sources.push_back({tensor.name, detail::file_dtype(tensor.type), detail::file_shape(tensor.info),
                           [tensor](const ByteSink& sink) {
                               detail::visit_numbers(tensor, [&](auto numbers) {
                                   using Number = typename decltype(numbers)::value_type;
                                   if constexpr (std::is_floating_point_v<Number>) {
                                       write_permuted<Number>(sink, detail::memory_layout(tensor.info), numbers);
                                   } else {
                                       sink(std::as_bytes(numbers));
                                   }
                               });
                           }});
    return sources;
}

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

/// The info in a file's metadata. Throws Error where an entry cannot be read.
inline WeightsInfo weights_info(const SafetensorsReader& file) {
    return {detail::metadata_text(file, "ditto.fingerprint"),
            detail::metadata_text(file, "ditto.loss"),
            detail::metadata_number(file, "ditto.margin"),
            detail::metadata_number(file, "ditto.threshold"),
            detail::metadata_value(file, "ditto.recipe", parse_image_recipe),
            detail::metadata_value(file, "ditto.features", parse_feature_recipe),
            detail::metadata_value(file, "ditto.calibration", parse_calibration)};
}

/// Throws Error, naming the first tensor that differs, unless the file has each of `tensors` in the same shape and
/// kind of number; with `nothing_else` also if it has a tensor that is not among them.
inline void require_tensors(const SafetensorsReader& file, std::span<const StoredTensor> tensors,
                            bool nothing_else = true) {
    const auto fail = [&](const std::string& what) {
        throw Error(file.path().string() + " holds the weights of another network: " + what +
                    "; use a file that this network wrote");
    };
    for (const StoredTensor& tensor : tensors) {
        const TensorEntry* entry = file.find(tensor.name);
        const std::string expected = detail::shape_text(detail::file_shape(tensor.info));
        if (entry == nullptr) fail("it has no tensor " + tensor.name + ", which is " + expected + " in the network");
        const bool whole = entry->dtype == DType::i64;
        const bool real = entry->dtype == DType::f16 || entry->dtype == DType::bf16 || entry->dtype == DType::f32 ||
                          entry->dtype == DType::f64;
        if (tensor.type == StoredType::int64 ? !whole : !real)
            fail("tensor " + tensor.name + " holds " + std::string(dtype_name(entry->dtype)) + " in the file");
        if (detail::shape_text(entry->shape) != expected)
            fail("tensor " + tensor.name + " is " + detail::shape_text(entry->shape) + " in the file and " + expected +
                 " in the network");
    }
    if (!nothing_else || file.tensors().size() == tensors.size()) return;
    for (const TensorEntry& entry : file.tensors())
        if (std::ranges::find(tensors, entry.name, &StoredTensor::name) == tensors.end())
            fail("it has a tensor " + entry.name + ", which the network has not");
}

/// Fills `tensors` from a file that require_tensors has accepted.
inline void read_tensors(const SafetensorsReader& file, std::span<const StoredTensor> tensors) {
    for (const StoredTensor& tensor : tensors) {
        const TensorEntry& entry = *file.find(tensor.name);
        detail::visit_numbers(tensor, [&](auto numbers) {
            using Number = typename decltype(numbers)::value_type;
            if constexpr (std::is_floating_point_v<Number>) {
                read_permuted(file, entry, detail::memory_layout(tensor.info), numbers);
            } else {
                file.read(entry, 0, numbers);
            }
        });
    }
}

/// Writes weights and info to `path`, whole or not at all.
inline void save_weights(const std::filesystem::path& path, std::span<const StoredTensor> weights,
                         const WeightsInfo& info) {
    write_safetensors(path, tensor_sources(weights), to_metadata(info));
}

/// Reads `path` into `weights` and returns its info. Nothing changes unless every tensor is there in the right shape;
/// a fingerprint, where the file has one, must be the network's. With `loss`, weights to start from: those of another
/// loss give the network's tensors alone, and a head keeps its values.
inline WeightsInfo load_weights(const std::filesystem::path& path, std::span<const StoredTensor> weights,
                                std::string_view network_fingerprint, std::optional<std::string_view> loss = {}) {
    const SafetensorsReader file(path);
    WeightsInfo info = weights_info(file);
    const bool only_network = loss && info.loss && *info.loss != *loss;
    std::vector<StoredTensor> network;
    if (only_network) {
        std::ranges::copy_if(weights, std::back_inserter(network),
                             [](const StoredTensor& tensor) { return tensor.name.starts_with("backbone."); });
        weights = network;
    }
    require_tensors(file, weights, !only_network);
    if (info.fingerprint && *info.fingerprint != network_fingerprint)
        throw Error(path.string() + " holds the weights of another network with the same tensors: its fingerprint is " +
                    *info.fingerprint + ", this network's " + std::string(network_fingerprint) +
                    "; use the program that wrote it");
    read_tensors(file, weights);
    return info;
}

}  // namespace ditto
