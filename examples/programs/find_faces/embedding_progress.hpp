// How far the embedding of many images is: a line redrawn in place on a terminal, elsewhere a line every half minute.
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <ditto/training/progress.hpp>

class EmbeddingProgress {
  public:
    explicit EmbeddingProgress(std::size_t images) : images_(images), is_terminal_(isatty(fileno(stderr)) == 1) {}
    EmbeddingProgress(const EmbeddingProgress&) = delete;
    EmbeddingProgress& operator=(const EmbeddingProgress&) = delete;
    ~EmbeddingProgress() { clear(); }

    /// So many are done.
    void show(std::size_t done) {
        const auto now = Clock::now();
        if (done == 0 || now - shown_ < (is_terminal_ ? std::chrono::milliseconds(100) : std::chrono::seconds(30)))
            return;
        shown_ = now;
        const double rate = static_cast<double>(done) / std::chrono::duration<double>(now - start_).count();
        const std::string left = ditto::clock_text(static_cast<double>(images_ - done) / rate);
        fmt::print(stderr, "{}embedding {} of {} images  {:.1f} images/s  {} left{}", is_terminal_ ? "\r" : "", done,
                   images_, rate, left, is_terminal_ ? "\033[K" : "\n");
        std::fflush(stderr);
        has_line_ = is_terminal_;
    }

    /// Makes room for another line.
    void clear() {
        if (has_line_) fmt::print(stderr, "\r\033[K");
        has_line_ = false;
    }

  private:
    using Clock = std::chrono::steady_clock;

    std::size_t images_;
    bool is_terminal_;
    bool has_line_ = false;
    Clock::time_point start_ = Clock::now(), shown_ = start_;
};
