// An open file that closes itself.
#pragma once

#include "ditto/core/requirements.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

namespace ditto::detail {

/// Owns a POSIX file descriptor; negative where there is none.
class FileDescriptor {
  public:
    explicit FileDescriptor(int descriptor) : descriptor_(descriptor) {}
    FileDescriptor(FileDescriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~FileDescriptor() { close(); }

    int get() const { return descriptor_; }

    /// Closes the file now. False, with errno set, when the system reports a write that failed late.
    bool close() {
        const int descriptor = std::exchange(descriptor_, -1);
        return descriptor < 0 || ::close(descriptor) == 0;
    }

  private:
    int descriptor_;
};

}  // namespace ditto::detail
