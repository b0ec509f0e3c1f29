// One training at a time in a run directory.
#pragma once

#include "ditto/core/requirements.hpp"

#include <sys/file.h>

#include <cerrno>
#include <filesystem>

#include "ditto/core/error.hpp"
#include "ditto/core/file_descriptor.hpp"
#include "ditto/core/system_advice.hpp"

namespace ditto {

/// While it lives, no other process has a RunLock of the folder. The system takes it back however a process ends.
class RunLock {
  public:
    /// Throws Error if another process has it, or the folder cannot be opened. File systems that cannot lock a folder
    /// (some of networks) give a lock that excludes nobody.
    explicit RunLock(const std::filesystem::path& folder)
        : folder_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
        if (folder_.get() < 0)
            throw SystemError("cannot open the run directory " + folder.string() + ": " +
                              detail::system_advice(errno, "check its name and its permissions"));
        if (::flock(folder_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
            throw Error("another training is running in " + folder.string() +
                        "; wait until it has ended, or choose another directory");
    }

  private:
    detail::FileDescriptor folder_;
};

}  // namespace ditto
