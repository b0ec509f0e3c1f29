// A line for who presses Ctrl-C where there is nothing to save yet.
#pragma once

#include <unistd.h>

#include <csignal>
#include <cstring>
#include <ditto/training/stop_signal.hpp>

/// While it lives, the stop signals end the program as always, but with a line on stderr. One at a time.
class QuitNotice {
  public:
    /// `line` must live as long.
    explicit QuitNotice(const char* line) : handlers_(action(line)) {}

  private:
    static const char*& text() {
        static const char* text = nullptr;
        return text;
    }
    static struct sigaction action(const char* line) {
        text() = line;
        struct sigaction action {};
        action.sa_handler = [](int signal) {
            // Only what a handler may call.
            if (::write(STDERR_FILENO, text(), std::strlen(text())) < 0) {
            }
            ::raise(signal);  // its default is back
        };
        action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_NODEFER;
        return action;
    }

    ditto::StopHandlers handlers_;
};
