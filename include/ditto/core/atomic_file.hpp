// Files that appear whole or not at all: a temporary file beside the target, fsync, rename.
#pragma once

#include "ditto/core/requirements.hpp"

#include <sys/statvfs.h>

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
inline constexpr std::string_view partial_mark = ".partial-";  // and the number of the process that writes
}

/// Removes what killed processes left of a file `path` that they were writing.
inline void remove_partial_files(const std::filesystem::path& path) {
    const std::string begin = path.filename().string() + std::string(detail::partial_mark);
    std::error_code failure;
    for (std::filesystem::directory_iterator entry(path.has_parent_path() ? path.parent_path() : ".", failure), end;
         !failure && entry != end; entry.increment(failure)) {
        const std::string name = entry->path().filename().string();
        ::pid_t process = 0;
        if (!name.starts_with(begin)) continue;
        const auto [rest, error] = std::from_chars(name.data() + begin.size(), name.data() + name.size(), process);
        if (error != std::errc{} || rest != name.data() + name.size() || process <= 0) continue;
        std::error_code ignored;
        if (::kill(process, 0) != 0 && errno == ESRCH) std::filesystem::remove(entry->path(), ignored);
    }
}

/// Writes a file of known size. Until commit() returns, a file that stood at `path` before stays as it was, and
/// without commit() nothing is left behind. Bytes go to the system as they come; nothing is buffered.
class AtomicFile {
  public:
    /// `bytes` is what the file will hold. Throws Error when `path` cannot be written or has no space for that much.
    AtomicFile(std::filesystem::path path, std::uint64_t bytes)
        : path_(std::move(path)),
          temporary_(path_.string() + std::string(detail::partial_mark) + std::to_string(::getpid())),
          bytes_(bytes),
          file_(-1) {
        std::error_code error;
        if (const auto status = std::filesystem::status(path_, error);
            std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
            throw Error("cannot write " + path_.string() +
                        ": it exists and is not a regular file; choose another name");
        require_free_space(path_, bytes_);
        file_ = detail::FileDescriptor(
            ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666));
        if (file_.get() < 0) fail();
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
                fail();
            }
        }
    }

    /// Puts the file in its place, on disk. Call once, after the last write.
    void commit() {
        if (::fsync(file_.get()) != 0 || !file_.close()) fail();
        if (std::rename(temporary_.c_str(), path_.c_str()) != 0) fail();
        committed_ = true;
        // The file is whole whatever comes of this: syncing the folder only makes a loss of power keep the new name.
        const std::filesystem::path folder = path_.has_parent_path() ? path_.parent_path() : ".";
        if (const detail::FileDescriptor entry(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
            entry.get() >= 0)
            ::fsync(entry.get());
    }

  private:
    [[noreturn]] void fail() const {
        const int code = errno;
        const bool is_full = code == ENOSPC || code == EDQUOT || code == EFBIG;
        throw Error("cannot write " + path_.string() + " (" + std::to_string(bytes_) +
                    " bytes): " + std::generic_category().message(code) + "; " +
                    (is_full ? "free that much space or choose another folder"
                             : "check that its folder exists and can be written"));
    }

    std::filesystem::path path_;
    std::filesystem::path temporary_;
    std::uint64_t bytes_;
    detail::FileDescriptor file_;
    bool committed_ = false;
};

}  // namespace ditto
