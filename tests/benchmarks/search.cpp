// The nearest 5 of many features by NearestRows: seconds for 1 query and for more. The counterpart of search.py;
// compare.py runs both in turn.
//
// usage: benchmark_search <rows> <queries>... <steps> <threads>
//   "far apart": features of noise. "close together": all within a thousandth of their length of each other, where a
//   float32 product tells no two distances apart and every distance is computed directly: the most that a search takes.
#include <cstddef>
#include <cstdlib>
#include <ditto/core/parallel.hpp>
#include <ditto/core/random.hpp>
#include <ditto/evaluate/nearest.hpp>
#include <ditto/version.hpp>
#include <string>
#include <vector>

#include "measure.hpp"

namespace {

constexpr std::size_t dimension = 1024, wanted = 5;

std::vector<float> features(std::size_t count, double spread, std::uint64_t seed) {
    std::vector<float> numbers(count * dimension);
    ditto::Random random(seed, ditto::RandomPurpose::test);
    for (float& number : numbers) number = static_cast<float>(1.0 - spread + 2.0 * spread * random.uniform());
    return numbers;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 5) {
        std::fprintf(stderr, "usage: %s <rows> <queries>... <steps> <threads>\n", argv[0]);
        return 2;
    }
    const int steps = std::atoi(argv[argc - 2]), threads = std::atoi(argv[argc - 1]);
    const std::size_t count = std::strtoul(argv[1], nullptr, 10);
    benchmarks::Timings timings;
    for (const double spread : {1.0, 0.001}) {
        const std::vector<float> rows = features(count, spread, 1);
        const ditto::NearestRows nearest(rows, dimension, {}, threads);
        for (int i = 2; i < argc - 2; ++i) {
            const std::vector<float> queries = features(std::strtoul(argv[i], nullptr, 10), spread, 2);
            const std::string data = spread == 1.0 ? "far apart" : "close together";
            timings[data + ", queries: " + argv[i]] = benchmarks::repeat(steps, [&] { nearest.find(queries, wanted); });
        }
    }
    benchmarks::print(benchmarks::report("ditto", ditto::version_string, timings));
}
