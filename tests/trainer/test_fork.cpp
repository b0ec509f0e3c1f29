// The child of fork() computes as its parent does: the same bits, with as many threads, and it comes to an end.
#include <doctest/doctest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "../training/small_training.hpp"
#include "ditto/core/parallel.hpp"

namespace {

using FastTrainer = SmallTrainer<ditto::ConcatBceLoss, ditto::SGD, ditto::twin::separate, FastNetwork>;

// What `work` gives in a child, or "" after 30 seconds in which it gave nothing.
std::string in_child(const std::function<std::string()>& work) {
    std::array<int, 2> ends{};
    REQUIRE(pipe(ends.data()) == 0);
    const pid_t child = fork();
    if (child == 0) {
        const std::string result = work();
        for (std::size_t sent = 0; sent < result.size();) {
            const ssize_t more = write(ends[1], result.data() + sent, result.size() - sent);
            if (more <= 0) _exit(1);
            sent += static_cast<std::size_t>(more);
        }
        _exit(0);
    }
    REQUIRE(child > 0);
    close(ends[1]);
    std::string result;
    std::array<char, 65536> piece{};
    pollfd ready{ends[0], POLLIN, 0};
    while (poll(&ready, 1, 30'000) == 1) {
        const ssize_t more = read(ends[0], piece.data(), piece.size());
        if (more <= 0) break;
        result.append(piece.data(), static_cast<std::size_t>(more));
    }
    close(ends[0]);
    kill(child, SIGKILL);  // nothing where it has ended
    waitpid(child, nullptr, 0);
    return result;
}

// The weights after one more step.
std::string step(FastTrainer& trainer) {
    const RandomBatch batch(4, static_cast<std::uint64_t>(trainer.steps()));
    trainer.step(batch.images, batch.labels);
    return bytes_of(trainer.weights());
}

// How many threads had a part in a loop that takes its time.
std::string threads_of_a_loop() {
    std::array<char, 8> by{};
    ditto::parallel_for(by.size(), 2, [&](std::size_t i) {
        by[i] = static_cast<char>('0' + ditto::thread_index());
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    });
    return std::string(by.begin(), by.end()).find('1') != std::string::npos ? "two" : "one";
}

}  // namespace

TEST_CASE("a training goes on in the child, and in the parent, as it would have without fork") {
    FastTrainer trainer(small_settings<FastTrainer>(2)), undisturbed(small_settings<FastTrainer>(2));
    for (int round = 0; round < 2; ++round) {
        step(undisturbed);
        step(trainer);
        const std::string found = in_child([&] {  // another step, and again a child
            std::string bytes = step(trainer);
            return bytes += in_child([&] { return step(trainer); });
        });
        FastTrainer expected(small_settings<FastTrainer>(2));
        for (std::int64_t i = 0; i < trainer.steps(); ++i) step(expected);
        const std::string first = step(expected), second = step(expected);
        const bool is_equal = found == first + second;  // of bytes, which nobody would want to see
        CHECK(is_equal);
    }
    const bool is_equal = step(trainer) == step(undisturbed);
    CHECK(is_equal);
}

TEST_CASE("a frozen network answers alike in parent and child") {
    using Verifier = ditto::Siamese<FastNetwork, ditto::ContrastiveLoss>;
    ditto::Inference<Verifier, ditto::Cpu<ditto::fp32>> model(8, ditto::Cpu<ditto::fp32>{.threads = 2});
    const RandomBatch batch(4);
    const auto embed = [&] {
        std::vector<float> features(8 * 64);
        model.embed(batch.images, features);
        const auto bytes = std::as_bytes(std::span(features));
        return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    };
    const std::string expected = embed();
    const auto as_expected = [&](const std::string& found) { return found == expected; };
    CHECK(as_expected(in_child(embed)));
    CHECK(as_expected(embed()));
    // A thread that is not the first has a team of its own.
    std::string found;
    std::thread([&] {
        embed();
        found = in_child(embed);
    }).join();
    CHECK(as_expected(found));
}

TEST_CASE("the child has as many threads as its parent") {
    CHECK(threads_of_a_loop() == "two");
    CHECK(in_child(threads_of_a_loop) == "two");
    CHECK(threads_of_a_loop() == "two");
}
