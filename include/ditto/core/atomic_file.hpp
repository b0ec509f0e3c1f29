// Files that appear whole or not at all: a temporary file beside the target, fsync, rename.
#pragma once

#include "ditto/core/requirements.hpp"

#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "ditto/core/error.hpp"
#include "ditto/core/file_descriptor.hpp"
#include "ditto/core/system_advice.hpp"

namespace ditto {

/// Throws Error when the file system that holds `path` has fewer than `bytes` bytes free for this user. `path` is a
/// file or folder, and need not exist yet.
inline void require_free_space(const std::filesystem::path& path, std::uint64_t bytes) {
    std::filesystem::path folder = std::filesystem::absolute(path);
    std::error_code ignored;
    while (!std::filesystem::exists(folder, ignored) && folder.has_relative_path()) folder = folder.parent_path();
    struct statvfs disk {};
    if (statvfs(folder.c_str(), &disk) != 0)
        throw Error("cannot read the free space of " + folder.string() + ": " + std::generic_category().message(errno) +
                    "; choose another folder");
    const std::uint64_t available = std::uint64_t{disk.f_bavail} * disk.f_frsize;
    // Some file systems do not say how large they are.
    if (disk.f_blocks != 0 && available < bytes)
        throw Error("not enough disk space for " + path.string() + ": " + std::to_string(bytes) + " bytes needed, " +
                    std::to_string(available) + " free; free some space or choose another folder");
}

namespace detail {

/// Between the name of a file and "PROCESS" or "PROCESS-NUMBER" of who writes it.
inline constexpr std::string_view partial_mark = ".partial-";

/// The name of a temporary file for `path` that nobody else in this process uses.
inline std::string partial_name(const std::filesystem::path& path) {
    static std::atomic<unsigned> count = 0;
    const unsigned number = count++;
    return path.string() + std::string(partial_mark) + std::to_string(::getpid()) +
           (number == 0 ? "" : "-" + std::to_string(number));
}

/// The process in what follows the mark in such a name; 0 where it is none.
inline ::pid_t partial_process(std::string_view text) {
    const std::string_view digits = text.substr(0, text.find('-'));
    const auto read = [](std::string_view number) {
        ::pid_t value = 0;
        const auto [end, failure] = std::from_chars(number.data(), number.data() + number.size(), value);
        return failure == std::errc{} && end == number.data() + number.size() ? value : 0;
    };
    return digits.size() == text.size() || read(text.substr(digits.size() + 1)) > 0 ? read(digits) : 0;
}

/// Makes a loss of power keep the names in a folder, where its file system can. What was written is whole without it.
inline void sync_folder(const std::filesystem::path& folder) {
    if (const FileDescriptor entry(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)); entry.get() >= 0)
        ::fsync(entry.get());
}

/// The folder of a file.
inline std::filesystem::path folder_of(const std::filesystem::path& path) {
    return path.has_parent_path() ? path.parent_path() : ".";
}

/// Whether nobody writes a temporary file any more. Who does holds a lock on it, which ends with its process, however
/// that ends; so a process that has got the number of one that was killed is not taken for it. Where files cannot be
/// locked, the number must do.
inline bool is_abandoned(const std::filesystem::path& path, ::pid_t process) {
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (file.get() < 0) return false;
    if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) return true;
    return errno != EWOULDBLOCK && ::kill(process, 0) != 0 && errno == ESRCH;
}

}  // namespace detail

/// Removes what killed processes left of a file or folder `path` that they were writing.
inline void remove_partial_files(const std::filesystem::path& path) {
    const std::string begin = path.filename().string() + std::string(detail::partial_mark);
    std::error_code failure;
    for (std::filesystem::directory_iterator entry(detail::folder_of(path), failure), end; !failure && entry != end;
         entry.increment(failure)) {
        const std::string name = entry->path().filename().string();
        if (!name.starts_with(begin)) continue;
        const ::pid_t process = detail::partial_process(std::string_view(name).substr(begin.size()));
        std::error_code ignored;
        if (process > 0 && detail::is_abandoned(entry->path(), process))
            std::filesystem::remove_all(entry->path(), ignored);
    }
}

/// Writes a file of known size. Until commit() returns, a file that stood at `path` before stays as it was, and
/// without commit() nothing is left behind. Bytes go to the system as they come; nothing is buffered.
class AtomicFile {
  public:
    /// `bytes` is what the file will hold. Throws Error when `path` cannot be written or has no space for that much.
    AtomicFile(std::filesystem::path path, std::uint64_t bytes)
        : path_(std::move(path)), temporary_(detail::partial_name(path_)), bytes_(bytes), file_(-1) {
        std::error_code error;
        if (const auto status = std::filesystem::status(path_, error);
            std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
            throw Error("cannot write " + path_.string() +
                        ": it exists and is not a regular file; choose another name");
        require_free_space(path_, bytes_);
        for (int tries = 0; !create_temporary(); ++tries) {
            if (tries == 1000) fail(EEXIST);
            temporary_ = detail::partial_name(path_);
        }
    }
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;
    ~AtomicFile() {
        if (!committed_) ::unlink(temporary_.c_str());
    }

    /// Appends the bytes. Throws Error, with what to do, when the system refuses them.
    void write(std::span<const std::byte> bytes) {
        while (!bytes.empty()) {
            const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
            if (written >= 0) {
                bytes = bytes.subspan(static_cast<std::size_t>(written));
            } else if (errno != EINTR) {
                fail(errno);
            }
        }
    }

    /// Puts the file in its place, on disk. Call once, after the last write.
    void commit() {
        while (::fsync(file_.get()) != 0)
            if (errno != EINTR) fail(errno);
        if (std::rename(temporary_.c_str(), path_.c_str()) != 0) fail(errno);
        committed_ = true;
        file_.close();  // and with it the lock; all of the file is on disk
        detail::sync_folder(detail::folder_of(path_));
    }

  private:
    // Makes the temporary file and locks it: see is_abandoned(). False if there is one already, maybe that of a process
    // of the same number in another container, or if somebody took it for abandoned just now.
    bool create_temporary() {
        file_ = detail::FileDescriptor(
            ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666));
        if (file_.get() < 0 && errno == EEXIST) return false;
        if (file_.get() < 0) fail(errno);
        struct stat status {};
        const bool is_ours = ::flock(file_.get(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
        return is_ours && ::fstat(file_.get(), &status) == 0 && status.st_nlink > 0;
    }

    [[noreturn]] void fail(int code) const {
        throw SystemError("cannot write " + path_.string() + " (" + std::to_string(bytes_) +
                          " bytes): " + detail::system_advice(code, "check that its folder exists and can be written"));
    }

    std::filesystem::path path_;
    std::filesystem::path temporary_;
    std::uint64_t bytes_;
    detail::FileDescriptor file_;
    bool committed_ = false;
};

}  // namespace ditto
