// Ctrl-C and the system's request to end, as something that a loop asks for.
#pragma once

#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>

namespace ditto {

/// The signals that ask a program to end: Ctrl-C, the system, and a terminal that was closed.
inline constexpr std::array stop_signals{SIGINT, SIGTERM, SIGHUP};

/// While it lives, `action` handles the stop signals, but for those that the program was started to ignore, as nohup
/// does. What handled them before does so again at the end. One at a time.
class StopHandlers {
  public:
    /// From here on.
    explicit StopHandlers(const struct sigaction& action) {
        for (std::size_t i = 0; i < before_.size(); ++i) {
            ::sigaction(stop_signals[i], nullptr, &before_[i]);
            if (before_[i].sa_handler != SIG_IGN) ::sigaction(stop_signals[i], &action, nullptr);
        }
    }
    StopHandlers(const StopHandlers&) = delete;
    StopHandlers& operator=(const StopHandlers&) = delete;
    ~StopHandlers() {
        for (std::size_t i = 0; i < before_.size(); ++i) ::sigaction(stop_signals[i], &before_[i], nullptr);
    }

  private:
    std::array<struct sigaction, stop_signals.size()> before_{};
};

/// While it lives, the first of the stop signals is only noted; a second one of the same kind ends the process. One at
/// a time.
class StopSignal {
  public:
    /// From here on the signals are noted.
    StopSignal() : handlers_(action()) {}

    /// The signal that came, or 0.
    int signal() const { return caught(); }

  private:
    static std::atomic<int>& caught() {
        static_assert(std::atomic<int>::is_always_lock_free);  // else a handler may not touch it
        static std::atomic<int> signal = 0;
        return signal;
    }
    static struct sigaction action() {
        caught() = 0;
        struct sigaction action {};
        action.sa_handler = [](int signal) { caught() = signal; };
        action.sa_flags = static_cast<int>(SA_RESETHAND);
        return action;
    }

    StopHandlers handlers_;
};

}  // namespace ditto
