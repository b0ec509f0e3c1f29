#include <doctest/doctest.h>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "ditto/training/progress.hpp"

namespace {

// What `action` prints through a Progress.
template <class Action>
std::string printed(bool is_terminal, const Action& action) {
    char* text = nullptr;
    std::size_t size = 0;
    std::FILE* stream = open_memstream(&text, &size);
    {
        ditto::Progress progress(stream, is_terminal);
        action(progress);
    }
    std::fclose(stream);
    const std::string result(text, size);
    std::free(text);
    return result;
}

const ditto::ProgressState halfway{2, 4, 50, 100, 0.25, 0.875};

}  // namespace

TEST_CASE("a line of plain text without a terminal") {
    const std::string text = printed(false, [](ditto::Progress& progress) {
        progress.start(0);
        progress.show(halfway);
        progress.line("done");
    });
    CHECK(text.starts_with("epoch 2/4  50 %"));
    CHECK(text.find(" pairs/s  ") != std::string::npos);
    CHECK(text.ends_with(" left  loss 0.2500  accuracy 87.5 %\ndone\n"));
    CHECK(text.find('\r') == std::string::npos);
    CHECK(text.find('\033') == std::string::npos);
}

TEST_CASE("a bar on a terminal, gone before a line takes its place") {
    const std::string text = printed(true, [](ditto::Progress& progress) {
        progress.start(0);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));  // the rate has a usual number of digits then
        progress.show(halfway);
        progress.line("done");
    });
    CHECK(text.starts_with("\repoch 2/4 [##"));
    const std::string bar = text.substr(0, text.find(']'));
    CHECK(std::ranges::count(bar, '#') == std::ranges::count(bar, '.'));
    CHECK(text.find('\033') <= 1 + 80);  // fits a terminal of 80 columns
    CHECK(text.ends_with("\033[K\r\033[Kdone\n"));
}

TEST_CASE("a line never is wider than the terminal, and says which pairs the accuracy is of") {
    ditto::ProgressState state = halfway;
    state.loss = 1e70;
    state.is_recent = true;
    const std::string text = printed(true, [&](ditto::Progress& progress) { progress.show(state); });
    CHECK(text.find('\033') <= 1 + 80);
    state.loss = 0.25;
    const std::string plain = printed(false, [&](ditto::Progress& progress) { progress.show(state); });
    CHECK(plain.ends_with("loss 0.2500  recent accuracy 87.5 %\n"));
}

TEST_CASE("an unknown accuracy is left out") {
    ditto::ProgressState state = halfway;
    state.accuracy = std::nan("");
    const std::string text = printed(false, [&](ditto::Progress& progress) { progress.show(state); });
    CHECK(text.ends_with("loss 0.2500\n"));
}

TEST_CASE("times") {
    CHECK(ditto::clock_text(7.4) == "0:07");
    CHECK(ditto::clock_text(545) == "9:05");
    CHECK(ditto::clock_text(4145) == "1:09:05");
}
