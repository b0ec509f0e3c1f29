// Training steps of a small network, compiled for one instruction set.
#pragma once

#include <string>
#include <vector>

/// What a few steps gave.
struct Outcome {
    std::string instruction_set;  ///< that ditto's kernels were compiled for
    std::vector<double> losses;   ///< of each step
    std::vector<double> weights;  ///< after the first
    const void* pass = nullptr;   ///< the function that is the forward pass
    bool same_with_any_threads = false;
};

Outcome step_baseline();
Outcome step_avx2();
Outcome step_avx512();
