// What training tells its user: a bar on a terminal, plain lines elsewhere.
#pragma once

#include "ditto/core/requirements.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "ditto/core/clean_text.hpp"

namespace ditto {

/// Where training stands, for the bar.
struct ProgressState {
    std::uint32_t epoch = 0;  ///< from 1
    std::uint32_t epochs = 0;
    std::size_t pairs = 0;        ///< done of this epoch
    std::size_t epoch_pairs = 0;  ///< in each epoch
    double loss = 0;              ///< mean of this epoch so far
    double accuracy = 0;          ///< NaN where not known
    bool is_recent = false;       ///< the accuracy is of this epoch's latest pairs alone
};

/// "9:05" or "1:09:05".
inline std::string clock_text(double seconds) {
    const auto whole = static_cast<std::int64_t>(std::llround(seconds));
    return whole < 3600 ? fmt::format("{}:{:02}", whole / 60, whole % 60)
                        : fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

/// Prints to a stream. On a terminal the bar is redrawn in place ten times a second; elsewhere it is a line of text
/// every half minute.
class Progress {
  public:
    /// To a stream that is asked whether it is a terminal; it must outlive this.
    explicit Progress(std::FILE* stream) : Progress(stream, isatty(fileno(stream)) == 1) {}
    /// The same, told.
    Progress(std::FILE* stream, bool is_terminal) : stream_(stream), is_terminal_(is_terminal) {}
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress() { clear(); }

    /// Training begins (or goes on) after `done_pairs` of all its pairs: rate and time left are counted from here.
    void start(std::size_t done_pairs) {
        start_ = shown_ = Clock::now();
        start_pairs_ = done_pairs;
    }

    /// Is it time to call show()?
    bool is_due() const { return Clock::now() - shown_ >= (is_terminal_ ? terminal_interval : plain_interval); }

    /// Draws the bar, or prints a line.
    void show(const ProgressState& state) {
        shown_ = Clock::now();
        const std::string begin = fmt::format("epoch {}/{} ", state.epoch, state.epochs), end = figures(state);
        if (!is_terminal_) {
            print(begin + end + "\n");
        } else {
            const int free = columns() - static_cast<int>(begin.size() + end.size()) - 4;
            // A line that is wider than the terminal would begin a new one each time.
            const std::string text = begin + bar(state, std::min(free, 30)) + end;
            print("\r" + text.substr(0, static_cast<std::size_t>(std::max(1, columns() - 1))) + "\033[K");
            has_bar_ = true;
        }
    }

    /// Prints a line, in the bar's place if there is one; see clean_text() for what names in it may hold.
    void line(const std::string& text) {
        clear();
        print(clean_text(text) + "\n");
    }

    /// The same of each line of a text.
    void lines(std::string_view text) {
        while (!text.empty()) {
            const std::size_t end = std::min(text.find('\n'), text.size());
            line(std::string(text.substr(0, end)));
            text.remove_prefix(std::min(end + 1, text.size()));
        }
    }

    /// Prints a warning to stderr.
    void warn(const std::string& text) {
        clear();
        std::fprintf(stderr, "warning: %s\n", clean_text(text).c_str());
    }

  private:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::milliseconds terminal_interval{100}, plain_interval{30'000};

    static std::string bar(const ProgressState& state, int width) {
        if (width < 4) return "";
        const auto full = static_cast<std::size_t>(width) * state.pairs / state.epoch_pairs;
        return "[" + std::string(full, '#') + std::string(static_cast<std::size_t>(width) - full, '.') + "] ";
    }

    std::string figures(const ProgressState& state) const {
        const std::size_t done = (state.epoch - 1) * state.epoch_pairs + state.pairs;
        const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
        const double rate = static_cast<double>(done - start_pairs_) / seconds;
        const double left = static_cast<double>(state.epochs * state.epoch_pairs - done) / rate;
        std::string text =
            fmt::format("{:3.0f} %  {:.1f} pairs/s  {} left  loss {:.4f}",
                        100.0 * static_cast<double>(state.pairs) / static_cast<double>(state.epoch_pairs), rate,
                        clock_text(left), state.loss);
        if (!std::isnan(state.accuracy))
            text += fmt::format("  {}accuracy {:.1f} %", state.is_recent ? "recent " : "", 100.0 * state.accuracy);
        return text;
    }

    int columns() const {
        winsize size{};
        return ioctl(fileno(stream_), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
    }

    void clear() {
        if (!has_bar_) return;
        print("\r\033[K");
        has_bar_ = false;
    }

    // A training goes on if nobody can read of it any more; the stream remembers that it failed.
    void print(const std::string& text) {
        std::fputs(text.c_str(), stream_);
        std::fflush(stream_);
    }

    std::FILE* stream_;
    bool is_terminal_;
    bool has_bar_ = false;
    Clock::time_point start_ = Clock::now(), shown_ = start_;
    std::size_t start_pairs_ = 0;
};

}  // namespace ditto
