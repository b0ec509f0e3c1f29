// Where a step's time on the GPU goes: seconds of every kernel, copy and fill of ditto's training step, from CUPTI's
// activity records.
//
// usage: benchmark_gpu_kernels <fp32|tf32|bf16> <pairs> <steps>
#include <cupti.h>
#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "rounds.hpp"
#include "training.hpp"

namespace {

void check(CUptiResult status, const char* what) {
    if (status == CUPTI_SUCCESS) return;
    const char* text = nullptr;
    cuptiGetResultString(status, &text);
    throw ditto::Error("CUPTI: " + std::string(what) +
                       " failed: " + (text != nullptr ? text : "for a reason it lacks"));
}

struct Activity {
    double seconds = 0.0;
    int count = 0;
};
std::map<std::string, Activity> activities;  // CUPTI gives its records to functions that know nothing else
std::uint64_t first_begin = 0, last_end = 0;

std::string readable(const char* symbol) {
    int status = 0;
    char* name = abi::__cxa_demangle(symbol, nullptr, nullptr, &status);
    const std::string text = status == 0 ? name : symbol;
    std::free(name);
    return text;
}

template <class Record>
void add(const std::string& name, const Record& record) {
    Activity& activity = activities[name];
    activity.seconds += 1e-9 * static_cast<double>(record.end - record.start);
    ++activity.count;
    first_begin = first_begin == 0 ? record.start : std::min(first_begin, record.start);
    last_end = std::max(last_end, record.end);
}

// CUPTI's records grow at their ends from version to version: their oldest forms have what is read here.
void add_record(const CUpti_Activity* record) {
    if (record->kind == CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL) {
        const auto& kernel = *reinterpret_cast<const CUpti_ActivityKernel4*>(record);
        add(readable(kernel.name), kernel);
    } else if (record->kind == CUPTI_ACTIVITY_KIND_MEMCPY) {
        const auto& copy = *reinterpret_cast<const CUpti_ActivityMemcpy*>(record);
        const char* way = copy.copyKind == CUPTI_ACTIVITY_MEMCPY_KIND_HTOD   ? "copies from the host"
                          : copy.copyKind == CUPTI_ACTIVITY_MEMCPY_KIND_DTOH ? "copies to the host"
                                                                             : "copies on the GPU";
        add(way, copy);
    } else if (record->kind == CUPTI_ACTIVITY_KIND_MEMSET) {
        add("fills", *reinterpret_cast<const CUpti_ActivityMemset*>(record));
    }
}

void CUPTIAPI give_buffer(std::uint8_t** buffer, std::size_t* size, std::size_t* most_records) {
    *size = std::size_t{8} << 20;
    *buffer = static_cast<std::uint8_t*>(std::aligned_alloc(8, *size));
    *most_records = 0;
}
void CUPTIAPI take_buffer(CUcontext, std::uint32_t, std::uint8_t* buffer, std::size_t, std::size_t valid) {
    CUpti_Activity* record = nullptr;
    while (cuptiActivityGetNextRecord(buffer, valid, &record) == CUPTI_SUCCESS) add_record(record);
    std::free(buffer);
}

template <class P>
void run(std::size_t pairs, int steps) {
    // Before the step is recorded as a graph: CUPTI then tells its kernels apart.
    check(cuptiActivityRegisterCallbacks(give_buffer, take_buffer), "taking records");
    for (const auto kind :
         {CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL, CUPTI_ACTIVITY_KIND_MEMCPY, CUPTI_ACTIVITY_KIND_MEMSET})
        check(cuptiActivityEnable(kind), "asking for records");
    auto trainer = benchmarks::make_trainer<P>(pairs);
    const std::vector<float> images = benchmarks::noise(2 * pairs * trainer.image_size);
    const auto labels = benchmarks::alternating_labels(pairs);
    for (int i = 0; i < 3; ++i) trainer.step(images, labels);
    check(cuptiActivityFlushAll(1), "taking records");
    activities.clear();
    double on_gpu = 0.0, wall = 0.0;
    for (int i = 0; i < steps; ++i) {
        first_begin = last_end = 0;
        wall += benchmarks::seconds_of([&] { trainer.step(images, labels); });
        check(cuptiActivityFlushAll(1), "taking records");
        on_gpu += 1e-9 * static_cast<double>(last_end - first_begin);
    }
    nlohmann::ordered_json report = {{"version", benchmarks::gpu_version()},
                                     {"wall_seconds", wall / steps},
                                     {"gpu_seconds", on_gpu / steps},
                                     {"activities", nlohmann::ordered_json::array()}};
    for (const auto& [name, activity] : activities)
        report["activities"].push_back(
            {{"name", name}, {"seconds", activity.seconds / steps}, {"count", 1.0 * activity.count / steps}});
    benchmarks::print(report);
}

}  // namespace

int main(int argc, char** argv) {
    return benchmarks::report_errors([&] {
        const auto measure = [&](auto precision) {
            run<decltype(precision)>(std::strtoul(argv[2], nullptr, 10), std::max(1, std::atoi(argv[3])));
        };
        if (argc == 4 && benchmarks::with_precision(argv[1], measure)) return 0;
        std::fprintf(stderr, "usage: %s <fp32|tf32|bf16> <pairs> <steps>\n", argv[0]);
        return 2;
    });
}
