// What ditto's programs for a GPU share. Each prepares its work, prints a line of JSON that says so, and then measures
// once for every line that it reads, so that gpu.py can let it and PyTorch measure in turn while both stay warm:
//   echo | benchmark_gpu_training_step bf16 128 10
#pragma once

#include <cuda_runtime.h>

#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "../measure.hpp"
#include "ditto/core/error.hpp"
#include "ditto/core/precision.hpp"
#include "ditto/core/random.hpp"
#include "ditto/device/cuda/status.cuh"
#include "ditto/version.hpp"

namespace benchmarks {

/// "ditto 0.1.0 (nvcc 13.0, CUDA 13.0, cuDNN)"
inline std::string gpu_version() {
    std::string version = "ditto " + std::string(ditto::version_string) + " (nvcc " +
                          std::to_string(__CUDACC_VER_MAJOR__) + "." + std::to_string(__CUDACC_VER_MINOR__) +
                          ", CUDA " + ditto::detail::cuda_version();
#ifdef DITTO_CUDNN
    version += ", cuDNN";
#endif
    return version + ")";
}

/// Prints `ready`, then for every line of standard input what measure() gives.
template <class Measure>
void answer_rounds(nlohmann::ordered_json ready, const Measure& measure) {
    ready["version"] = gpu_version();
    const auto say = [](const nlohmann::ordered_json& line) {
        print(line);
        std::fflush(stdout);
    };
    say(ready);
    for (std::string line; std::getline(std::cin, line);) say({{"seconds", measure()}});
}

/// Noise in [0, 1): a table of it again and again, because drawing every number would take longer than measuring.
inline std::vector<float> noise(std::size_t count) {
    std::vector<float> table(4099), numbers(count);
    ditto::Random random(1, ditto::RandomPurpose::test);
    for (float& number : table) number = static_cast<float>(random.uniform());
    for (std::size_t i = 0; i < count; ++i) numbers[i] = table[i % table.size()];
    return numbers;
}

/// Calls run(precision) with the precision of this name. False: there is none.
template <class Run>
bool with_precision(const std::string& name, const Run& run) {
    if (name == "fp32") {
        run(ditto::fp32{});
    } else if (name == "tf32") {
        run(ditto::tf32{});
    } else if (name == "bf16") {
        run(ditto::bf16{});
    } else {
        return false;
    }
    return true;
}

/// Runs a program's work; an error of ditto is its last line.
template <class Work>
int report_errors(const Work& work) {
    try {
        return work();
    } catch (const ditto::Error& error) {
        std::fprintf(stderr, "error: %s\n", error.what());
        return 1;
    }
}

}  // namespace benchmarks
