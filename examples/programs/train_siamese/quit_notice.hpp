// A line for who presses Ctrl-C where there is nothing to save yet.
#pragma once

#include <unistd.h>

#include <csignal>
#include <cstring>

/// While it lives, SIGINT and SIGTERM end the program as always, but with a line on stderr. One at a time.
class QuitNotice {
  public:
    /// `line` must live as long.
    explicit QuitNotice(const char* line) {
        text() = line;
        struct sigaction action {};
        action.sa_handler = [](int signal) {
            // Only what a handler may call.
            if (::write(STDERR_FILENO, text(), std::strlen(text())) < 0) {
            }
            ::raise(signal);  // its default is back
        };
        action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_NODEFER;
        ::sigaction(SIGINT, &action, &interrupt_before_);
        ::sigaction(SIGTERM, &action, &terminate_before_);
    }
    QuitNotice(const QuitNotice&) = delete;
    QuitNotice& operator=(const QuitNotice&) = delete;
    ~QuitNotice() {
        ::sigaction(SIGINT, &interrupt_before_, nullptr);
        ::sigaction(SIGTERM, &terminate_before_, nullptr);
    }

  private:
    static const char*& text() {
        static const char* text = nullptr;
        return text;
    }

    struct sigaction interrupt_before_ {};
    struct sigaction terminate_before_ {};
};
