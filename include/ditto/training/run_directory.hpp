// The folder that one training leaves: settings, metrics and weights.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include "ditto/core/atomic_file.hpp"
#include "ditto/core/error.hpp"
#include "ditto/core/read_file.hpp"
#include "ditto/training/checkpoint_files.hpp"
#include "ditto/training/metrics.hpp"
#include "ditto/training/run_lock.hpp"
#include "ditto/training/validation.hpp"

namespace ditto {

/// Writes a text file, whole or not at all.
inline void write_text_file(const std::filesystem::path& path, std::string_view text) {
    AtomicFile file(path, text.size());
    file.write(std::as_bytes(std::span(text)));
    file.commit();
}

/// A run directory:
///   config.json             the settings, as the program wrote them
///   metrics.csv             a row of metrics for every epoch
///   last.safetensors        the newest weights
///   best.safetensors        the weights after the best epoch: by validation pairs, or else by the training loss
///   checkpoint.safetensors  all that resuming needs
///   checkpoint.previous.safetensors  the checkpoint before it, which is used where that one is damaged
///   report.html             what the training found, where the program writes one
///   test_pairs.txt          the pairs that it was tested with, where the program chose them
class RunDirectory {
  public:
    /// The first of parent/1, parent/2, ... that does not exist.
    static std::filesystem::path next_numbered(const std::filesystem::path& parent) {
        for (int number = 1;; ++number)
            if (auto path = parent / std::to_string(number); !std::filesystem::exists(path)) return path;
    }

    /// The folder need not exist: nothing is written here.
    explicit RunDirectory(std::filesystem::path path)
        : path_(path.has_filename() || !path.has_parent_path() ? std::move(path) : path.parent_path()) {}

    const std::filesystem::path& path() const { return path_; }                            ///< the folder itself
    std::filesystem::path config() const { return path_ / "config.json"; }                 ///< the settings
    std::filesystem::path metrics() const { return path_ / "metrics.csv"; }                ///< a row for each epoch
    std::filesystem::path last() const { return path_ / "last.safetensors"; }              ///< the last weights
    std::filesystem::path best() const { return path_ / "best.safetensors"; }              ///< the best weights
    std::filesystem::path checkpoint() const { return path_ / "checkpoint.safetensors"; }  ///< all that resuming needs
    /// The newest checkpoint, and the one before it.
    CheckpointFiles checkpoints() const { return {checkpoint(), path_ / "checkpoint.previous.safetensors"}; }
    std::filesystem::path report() const { return path_ / "report.html"; }  ///< the page
    std::filesystem::path test_pairs() const {
        return path_ / "test_pairs.txt";
    }  ///< pairs of people that were kept for a test

    /// Throws Error if the folder holds a run.
    void require_new() const {
        for (const auto& file : files())
            if (std::error_code ignored; std::filesystem::exists(file, ignored))
                throw Error(path_.string() + " holds a run already (" + file.filename().string() +
                            "); resume it or choose another directory");
    }

    /// Whether there is a checkpoint to go on from; if not, the run was stopped before its first one. Throws Error
    /// where there are weights without a checkpoint: a run that began anew would overwrite them.
    bool has_checkpoint() const {
        std::error_code ignored;
        if (ditto::has_checkpoint(checkpoints())) return true;
        if (is_first_checkpoint_marked(checkpoints())) return false;
        for (const auto& weights : {last(), best()})
            if (std::filesystem::exists(weights, ignored))
                throw Error("there is nothing to resume: " + checkpoint().string() + " does not exist, but " +
                            weights.filename().string() +
                            " does; start a new run in another directory, with these weights if need be");
        return false;
    }

    /// Removes what a killed program left of files that it was writing.
    void remove_partial_files() const {
        for (const auto& file : files()) ditto::remove_partial_files(file);
    }

    /// Begins a new run with these settings, for config.json, and locks it. A folder that is not there yet appears with
    /// its settings in it or not at all, whenever the program is killed. Throws Error if it holds a run, or cannot be
    /// made.
    RunLock create(std::string_view settings) const {
        ditto::remove_partial_files(path_);
        std::error_code failure;
        if (std::filesystem::exists(path_, failure)) {
            RunLock lock(path_);
            require_new();
            write_text_file(config(), settings);
            return lock;
        }
        const RunDirectory unnamed(detail::partial_name(path_));
        std::filesystem::create_directories(unnamed.path(), failure);
        if (failure) fail_to_create(failure);
        try {
            RunLock lock(unnamed.path());
            write_text_file(unnamed.config(), settings);
            std::filesystem::rename(unnamed.path(), path_, failure);
            if (failure) fail_to_create(failure);
            detail::sync_folder(detail::folder_of(path_));
            return lock;
        } catch (const Error&) {
            std::error_code ignored;
            std::filesystem::remove_all(unnamed.path(), ignored);
            require_new();  // another program may have been faster
            throw;
        }
    }

    /// Throws Error unless the disk has room for two files of weights, a third while one of them is replaced, and two
    /// checkpoints. Files that are there already take no more room.
    void require_space(std::uint64_t weights_bytes, std::uint64_t checkpoint_bytes) const {
        std::uint64_t bytes = 3 * weights_bytes + 2 * checkpoint_bytes;
        for (const auto& file : {last(), best(), checkpoint(), checkpoints().previous}) {
            std::error_code failure;
            const std::uintmax_t size = std::filesystem::file_size(file, failure);
            // A file of two names is there once.
            const std::uintmax_t names = failure ? 1 : std::filesystem::hard_link_count(file, failure);
            if (!failure) bytes -= std::min<std::uint64_t>(bytes, size / std::max<std::uintmax_t>(1, names));
        }
        require_free_space(path_, bytes);
    }

  private:
    [[noreturn]] void fail_to_create(const std::error_code& failure) const {
        throw Error("cannot make the run directory " + path_.string() + ": " + failure.message() +
                    "; choose another one");
    }

    std::array<std::filesystem::path, 8> files() const {
        return {config(), metrics(), last(), best(), checkpoint(), checkpoints().previous, report(), test_pairs()};
    }

    std::filesystem::path path_;
};

/// metrics.csv, held in memory and written anew with every row, so that the file is whole at any time.
class MetricsFile {
  public:
    /// Scores are named in the header by their kind.
    MetricsFile(std::filesystem::path path, ScoreKind kind) : path_(std::move(path)), text_(header(kind)) {}

    /// Takes over the rows of the first `epochs` epochs from the file, if there is one. Rows that were cut are left
    /// out.
    void resume(std::uint32_t epochs) {
        if (!std::filesystem::exists(path_)) return;
        const auto bytes = read_file(path_);
        const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        const auto columns = std::ranges::count(text_, ',');
        for (std::size_t begin = 0, end = 0; (end = all.find('\n', begin)) != all.npos; begin = end + 1) {
            const std::string_view row = all.substr(begin, end - begin);
            std::uint32_t epoch = 0;
            const auto [rest, failure] = std::from_chars(row.data(), row.data() + row.size(), epoch);
            if (failure == std::errc{} && epoch <= epochs && std::ranges::count(row, ',') == columns)
                text_.append(row).append("\n");
        }
        write_text_file(path_, text_);
    }

    /// Adds the row of epoch `epoch` (from 1), after which `steps` steps were done in all.
    void add(std::uint32_t epoch, std::int64_t steps, const EpochMetrics& metrics, const ValidationMetrics& validation,
             double learning_rate, double seconds) {
        text_ += fmt::format("{},{},{}", epoch, steps, metrics.pairs);
        for (const double value :
             {metrics.loss, metrics.accuracy, metrics.threshold, metrics.equal_error_rate, metrics.mean_same,
              metrics.mean_different, metrics.active_negatives, validation.accuracy, validation.equal_error_rate,
              validation.area, learning_rate, seconds})
            text_ += std::isnan(value) ? "," : fmt::format(",{:.6g}", value);
        text_ += '\n';
        write_text_file(path_, text_);
    }

  private:
    static std::string header(ScoreKind kind) {
        const std::string_view score = kind == ScoreKind::distance ? "distance" : "probability";
        return fmt::format(
            "epoch,steps,pairs,loss,accuracy,threshold,equal_error_rate,mean_{0}_same,mean_{0}_different,"
            "active_negatives,validation_accuracy,validation_equal_error_rate,validation_area,learning_rate,seconds\n",
            score);
    }

    std::filesystem::path path_;
    std::string text_;
};

}  // namespace ditto
