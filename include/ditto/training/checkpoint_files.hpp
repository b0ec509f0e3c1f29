// The two checkpoints of a run: the newest, and the one before it, until a newer one is known to be whole.
//
// Before a checkpoint is written, the newest is read and its checksum compared; only then does it take the place of the
// previous one. At any moment one of the two is whole, and there are never more than two on the disk.
#pragma once

#include "ditto/core/requirements.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "ditto/core/atomic_file.hpp"
#include "ditto/core/error.hpp"
#include "ditto/core/file_descriptor.hpp"
#include "ditto/core/system_advice.hpp"
#include "ditto/io/safetensors.hpp"

namespace ditto {

/// Where a run keeps its checkpoints.
struct CheckpointFiles {
    std::filesystem::path newest, previous;
};

/// The checkpoint to go on from.
struct CheckpointChoice {
    std::filesystem::path path;
    std::string note;  ///< a line, where it is not the newest
};

namespace detail {

/// Stands where the first checkpoint will be while the weights before it are written, so that a run that was killed
/// there is known as one that has not lost its checkpoint.
inline constexpr std::string_view checkpoint_mark = "ditto: the first checkpoint is being written\n";

/// The first bytes of a file, up to the length of the mark; nothing where there is no file. Throws Error where there is
/// one that cannot be read: it may be as good as ever.
inline std::optional<std::string> first_bytes(const std::filesystem::path& path) {
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0 && errno == ENOENT) return std::nullopt;
    std::array<char, checkpoint_mark.size()> bytes{};
    const ssize_t count = file.get() < 0 ? -1 : ::read(file.get(), bytes.data(), bytes.size());
    if (count < 0)
        throw SystemError("cannot read " + path.string() + ": " +
                          detail::system_advice(errno, "check that it can be read, and try again"));
    return std::string(bytes.data(), static_cast<std::size_t>(count));
}

/// What is wrong with a checkpoint: nothing, or the end of a sentence. Throws SystemError where it cannot be looked at.
inline std::optional<std::string> checkpoint_damage(const std::filesystem::path& path) {
    const auto begin = first_bytes(path);
    if (!begin) return "does not exist";
    if (*begin == checkpoint_mark) return "was never finished";
    try {
        SafetensorsReader(path).require_seal();
    } catch (const SystemError&) {
        throw;
    } catch (const Error& error) {
        return "is damaged (" + std::string(error.what()) + ")";
    }
    return std::nullopt;
}

}  // namespace detail

/// Whether the run has begun to keep checkpoints. Throws Error for a file that cannot be read.
inline bool has_checkpoint(const CheckpointFiles& files) {
    const auto newest = detail::first_bytes(files.newest);
    return (newest && *newest != detail::checkpoint_mark) || detail::first_bytes(files.previous).has_value();
}

/// Notes that the first checkpoint will be written, if it is the first.
inline void mark_first_checkpoint(const CheckpointFiles& files) {
    if (detail::first_bytes(files.newest) || detail::first_bytes(files.previous)) return;
    AtomicFile file(files.newest, detail::checkpoint_mark.size());
    file.write(std::as_bytes(std::span(detail::checkpoint_mark)));
    file.commit();
}

/// Whether such a note is all that there is.
inline bool is_first_checkpoint_marked(const CheckpointFiles& files) {
    return detail::first_bytes(files.newest) == detail::checkpoint_mark && !has_checkpoint(files);
}

/// Makes the newest checkpoint, if it is whole, the previous one as well. Call it before a newer one is written.
/// Without hard links, the newest has only its new name until then. Throws Error where the folder cannot be written.
inline void keep_previous_checkpoint(const CheckpointFiles& files) {
    std::error_code failure;
    const auto begin = detail::first_bytes(files.newest);
    if (!begin || *begin == detail::checkpoint_mark) return;
    if (detail::checkpoint_damage(files.newest)) {
        std::filesystem::remove(files.newest, failure);  // else there were three
    } else {
        std::filesystem::remove(files.previous, failure);
        if (!failure) std::filesystem::create_hard_link(files.newest, files.previous, failure);
        if (failure) std::filesystem::rename(files.newest, files.previous, failure);
    }
    if (failure)
        throw Error("cannot keep " + files.newest.string() + " as " + files.previous.filename().string() + ": " +
                    failure.message() + "; check that the folder can be written");
}

/// The newest checkpoint that is whole. Throws Error where there is none.
inline CheckpointChoice intact_checkpoint(const CheckpointFiles& files) {
    const auto damage = detail::checkpoint_damage(files.newest);
    if (!damage) return {files.newest, {}};
    const std::string problem = files.newest.string() + " " + *damage;
    if (const auto older = detail::checkpoint_damage(files.previous))
        throw Error(problem + ", and " + files.previous.string() + " " + *older +
                    "; start a new run in another directory, from this one's weights (--init) if need be");
    return {files.previous, problem + "; going on from the one before it, " + files.previous.filename().string()};
}

}  // namespace ditto
