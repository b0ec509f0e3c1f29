// Checkpoints: a training at rest, from which it goes on as if it had never stopped.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/io/safetensors.hpp"
#include "ditto/model/weights_file.hpp"
#include "ditto/trainer/any_trainer.hpp"
#include "ditto/training/metrics.hpp"

namespace ditto {

/// Where a training stands, besides its weights and its optimizer's state.
struct TrainingState {
    std::uint32_t epoch = 0;  ///< epochs done; the one in progress has this index
    std::size_t batch = 0;    ///< batches done of that epoch
    /// Of the best epoch, smaller is better: its mean training loss, or 1 - area of its validation pairs.
    double best_measure = std::numeric_limits<double>::infinity();
    std::uint32_t best_epoch = 0;                ///< the epoch that had it, from 1; 0 before the first
    double threshold = EpochMetrics::undefined;  ///< of the last epoch's own scores
    double seconds = 0;                          ///< that the epoch in progress has taken
    /// SafetensorsReader::data_checksum() of the best weights' file, once there is one.
    std::optional<std::uint64_t> best_weights{};
};

namespace detail {

inline std::vector<StoredTensor> checkpoint_tensors(AnyTrainer& trainer) {
    std::vector<StoredTensor> tensors = trainer.weights();
    for (StoredTensor& tensor : trainer.optimizer_state()) tensors.push_back(std::move(tensor));
    return tensors;
}

/// A number of a checkpoint as a Number, if it can be one.
template <class Number>
Number whole_number(const SafetensorsReader& file, const char* name, double value) {
    constexpr double limit = std::min(0x1p53, static_cast<double>(std::numeric_limits<Number>::max()));
    if (!(value >= 0.0 && value <= limit && value == std::floor(value)))
        throw Error(file.path().string() + " is no checkpoint: its training." + name + " is " + number_text(value) +
                    "; name a directory of a stopped run");
    return static_cast<Number>(value);
}

template <class T>
TensorSource vector_source(std::string name, std::span<const T> values) {
    return {std::move(name), dtype_of<T>, {values.size()}, [values](const ByteSink& sink) {
                if (!values.empty()) sink(std::as_bytes(values));
            }};
}

inline constexpr const char* recorded_scores = "training.scores";  // [pairs] of the epoch in progress
inline constexpr const char* recorded_labels = "training.labels";  // [pairs] 1: same

}  // namespace detail

/// The bytes of some tensors in a file, without the header.
inline std::uint64_t stored_bytes(std::span<const StoredTensor> tensors) {
    std::uint64_t bytes = 0;
    for (const StoredTensor& tensor : tensors)
        bytes += static_cast<std::uint64_t>(tensor.info.size()) * dtype_bytes(detail::file_dtype(tensor.type));
    return bytes;
}

/// Writes weights, optimizer state, the epoch's scores so far and `state` to `path`, sealed with a checksum, whole or
/// not at all. `settings` are texts that load_checkpoint compares: everything that the course of the training depends
/// on.
inline void save_checkpoint(const std::filesystem::path& path, AnyTrainer& trainer, const TrainingState& state,
                            const EpochRecorder& epoch, const Metadata& settings) {
    std::vector<std::uint8_t> labels;
    for (const PairLabel label : epoch.labels()) labels.push_back(static_cast<std::uint8_t>(label));
    const std::vector<StoredTensor> tensors = detail::checkpoint_tensors(trainer);
    std::vector<TensorSource> sources = tensor_sources(tensors);
    sources.push_back(detail::vector_source(detail::recorded_scores, epoch.scores()));
    sources.push_back(detail::vector_source<std::uint8_t>(detail::recorded_labels, labels));

    Metadata metadata;
    const auto add = [&](const char* name, double value) {
        metadata[std::string("training.") + name] = detail::number_text(value);
    };
    add("steps", static_cast<double>(trainer.steps()));
    add("epoch", state.epoch);
    add("batch", static_cast<double>(state.batch));
    add("loss_sum", epoch.loss_sum());
    add("best_measure", state.best_measure);
    add("best_epoch", state.best_epoch);
    add("threshold", state.threshold);
    add("seconds", state.seconds);
    if (state.best_weights) metadata["training.best_weights"] = std::to_string(*state.best_weights);
    for (const auto& [name, value] : settings) metadata["settings." + name] = value;
    write_safetensors(path, std::move(sources), metadata, true);
}

/// Puts a trainer and the record of an epoch back to where save_checkpoint found them. Throws Error, before anything
/// changes, if the file is no checkpoint, is one of another network, or was made with other settings, naming the first
/// that differs. A setting that the file lacks is one that the version that wrote it did not have.
inline TrainingState load_checkpoint(const std::filesystem::path& path, AnyTrainer& trainer, EpochRecorder& epoch,
                                     const Metadata& settings) {
    const SafetensorsReader file(path);
    for (const auto& [name, value] : settings)
        if (const auto stored = detail::metadata_text(file, "settings." + name); stored.value_or(value) != value)
            throw Error("the run of " + path.string() + " has " + name + " " + *stored + ", not " + value +
                        "; resume it with its own settings, or start a new run");
    const auto number = [&](const char* name) {
        const auto value = detail::metadata_number(file, std::string("training.") + name);
        if (!value)
            throw Error(path.string() + " is no checkpoint: its metadata has no training." + name +
                        "; name a directory of a stopped run");
        return *value;
    };
    TrainingState state;
    const auto whole = [&]<class Number>(const char* name, Number& to) {
        to = detail::whole_number<Number>(file, name, number(name));
    };
    whole("epoch", state.epoch);
    whole("batch", state.batch);
    state.best_measure = number("best_measure");
    whole("best_epoch", state.best_epoch);
    state.threshold = number("threshold");
    state.seconds = detail::metadata_number(file, "training.seconds").value_or(0.0);  // older versions have none
    std::int64_t steps = 0;
    whole("steps", steps);
    const double loss_sum = number("loss_sum");

    const TensorEntry* scores_entry = file.find(detail::recorded_scores);
    const TensorEntry* labels_entry = file.find(detail::recorded_labels);
    if (scores_entry == nullptr || labels_entry == nullptr || scores_entry->size() != labels_entry->size())
        throw Error(path.string() +
                    " is no checkpoint: it lacks the epoch's scores; name a directory of a stopped run");
    std::vector<double> scores(scores_entry->size());
    std::vector<std::uint8_t> stored_labels(labels_entry->size());
    file.read(*scores_entry, 0, std::span(scores));
    file.read(*labels_entry, 0, std::span(stored_labels));
    if (!std::ranges::all_of(scores, [](double score) { return std::isfinite(score); }) ||
        std::ranges::any_of(stored_labels, [](std::uint8_t label) { return label > 1; }))
        throw Error(path.string() +
                    " is no checkpoint: it has scores or labels that none can be; name a directory of a stopped run");
    std::vector<PairLabel> labels;
    labels.reserve(stored_labels.size());
    for (const std::uint8_t label : stored_labels) labels.push_back(static_cast<PairLabel>(label));
    if (const auto text = detail::metadata_text(file, "training.best_weights")) {
        std::uint64_t checksum = 0;
        std::from_chars(text->data(), text->data() + text->size(), checksum);
        state.best_weights = checksum;
    }

    const std::vector<StoredTensor> tensors = detail::checkpoint_tensors(trainer);
    require_tensors(file, tensors, false);
    read_tensors(file, tensors);
    trainer.resume_at(steps);
    epoch.resume(loss_sum, scores, labels);
    return state;
}

}  // namespace ditto
