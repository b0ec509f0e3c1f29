// What the benchmark programs share: timing a piece of work again and again, and the line of JSON that each prints:
//   {"version": "...", "seconds": {"<what was timed>": [one number for each repetition], ...}, "peak_bytes": ...}
// with whatever else a program has to say. No part of ditto is in here: the peers' programs use it too.
#pragma once

#include <sys/resource.h>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace benchmarks {

/// Seconds of every repetition, under the name of what was timed, in the order of timing.
using Timings = nlohmann::ordered_map<std::string, std::vector<double>>;

/// Work that is over sooner than this is repeated until it has taken as long, but not more often than this.
inline constexpr double shortest_measurement = 0.05;  // seconds
inline constexpr int most_repetitions = 50;

template <class Work>
double seconds_of(const Work& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// One call that does not count, to warm up; then `steps` calls, or more of short ones.
template <class Work>
std::vector<double> repeat(int steps, const Work& work) {
    work();
    std::vector<double> seconds;
    double total = 0.0;
    for (int done = 0; done < steps || (total < shortest_measurement && done < most_repetitions); ++done) {
        seconds.push_back(seconds_of(work));
        total += seconds.back();
    }
    return seconds;
}

/// "<library> <version> (g++ 12.2.0, AVX-512)": the compiler and the instruction set are this program's.
inline std::string full_version(const std::string& library, std::string_view version) {
#if defined(__clang__)
    const std::string compiler = "clang++ " + std::to_string(__clang_major__) + "." + std::to_string(__clang_minor__);
#else
    const std::string compiler = "g++ " __VERSION__;
#endif
#if defined(__AVX512F__)
    const std::string instructions = "AVX-512";
#elif defined(__AVX2__)
    const std::string instructions = "AVX2";
#else
    const std::string instructions = "the compiler's default instruction set";
#endif
    return library + " " + std::string(version) + " (" + compiler + ", " + instructions + ")";
}

/// The most memory that this process has had at any time.
inline std::size_t peak_bytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

/// The JSON that a program prints last, with print().
inline nlohmann::ordered_json report(const std::string& library, std::string_view version, const Timings& timings) {
    return {{"version", full_version(library, version)}, {"seconds", timings}, {"peak_bytes", peak_bytes()}};
}
inline void print(const nlohmann::ordered_json& report) {
    std::printf("%s\n", report.dump().c_str());
}

}  // namespace benchmarks
