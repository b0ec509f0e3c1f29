// Notices two threads in one object whose calls must follow one another in an order that only the caller knows.
#pragma once

#include <atomic>
#include <string>

#include "ditto/core/error.hpp"

namespace ditto::detail {

/// Whether a call is under way. It may be moved with what it guards, while nobody uses that.
class ExclusiveUse {
  public:
    /// One call, until it ends.
    class [[nodiscard]] Call {
      public:
        explicit Call(std::atomic<bool>& busy) : busy_(busy) {}
        Call(const Call&) = delete;
        Call& operator=(const Call&) = delete;
        ~Call() { busy_.store(false, std::memory_order_release); }

      private:
        std::atomic<bool>& busy_;
    };

    ExclusiveUse() = default;
    ExclusiveUse(ExclusiveUse&&) noexcept {}
    ExclusiveUse& operator=(ExclusiveUse&&) noexcept { return *this; }
    ~ExclusiveUse() = default;

    /// Throws Error while another call is under way, which goes on undisturbed. `what` is this ("a Trainer").
    Call enter(const char* what) {
        if (busy_.exchange(true, std::memory_order_acquire))
            throw Error(std::string(what) +
                        " was called while another thread's call was under way, and that would make its results "
                        "depend on chance; call it from one thread, or hold a mutex around each call");
        return Call(busy_);
    }

  private:
    std::atomic<bool> busy_ = false;
};

}  // namespace ditto::detail
