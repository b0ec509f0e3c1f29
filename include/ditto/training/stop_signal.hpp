// Ctrl-C and the system's request to end, as something that a loop asks for.
#pragma once

#include <atomic>
#include <csignal>

namespace ditto {

/// While it lives, the first SIGINT or SIGTERM is only noted; a second one of the same kind ends the process. One at a
/// time.
class StopSignal {
  public:
    /// From here on the two signals are noted; what handled them before does so again at the end.
    StopSignal() {
        caught() = 0;
        struct sigaction action {};
        action.sa_handler = [](int signal) { caught() = signal; };
        action.sa_flags = static_cast<int>(SA_RESETHAND);
        sigaction(SIGINT, &action, &interrupt_before_);
        sigaction(SIGTERM, &action, &terminate_before_);
    }
    StopSignal(const StopSignal&) = delete;
    StopSignal& operator=(const StopSignal&) = delete;
    ~StopSignal() {
        sigaction(SIGINT, &interrupt_before_, nullptr);
        sigaction(SIGTERM, &terminate_before_, nullptr);
    }

    /// The signal that came, or 0.
    int signal() const { return caught(); }

  private:
    static std::atomic<int>& caught() {
        static_assert(std::atomic<int>::is_always_lock_free);  // else a handler may not touch it
        static std::atomic<int> signal = 0;
        return signal;
    }

    struct sigaction interrupt_before_ {};
    struct sigaction terminate_before_ {};
};

}  // namespace ditto
