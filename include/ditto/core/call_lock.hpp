// A lock for objects whose calls must not overlap: those of several threads then wait for one another.
#pragma once

#include <mutex>

namespace ditto::detail {

/// A mutex that may be moved with what it guards, while nobody uses that.
class CallLock {
  public:
    CallLock() = default;
    CallLock(CallLock&&) noexcept {}
    CallLock& operator=(CallLock&&) noexcept { return *this; }
    ~CallLock() = default;

    /// Waits for the calls before; the next may begin when what it returns ends.
    [[nodiscard]] std::unique_lock<std::mutex> enter() { return std::unique_lock(mutex_); }

  private:
    std::mutex mutex_;
};

}  // namespace ditto::detail
