// Options that several programs have.
#pragma once

#include <concepts>
#include <string>
#include <vector>

#include "checks.hpp"
#include "compute.hpp"
#include "option_table.hpp"

namespace support {

/// The rows of Compute's members, in a program whose settings have them.
template <std::derived_from<Compute> Settings>
std::vector<Option<Settings>> compute_options() {
    using Row = Option<Settings>;
    return {
        Row("threads", &Compute::threads, "Threads to compute with; the results do not depend on it")
            .check(from_to(1, 1024))
            .of_machine(),
        Row("device", &Compute::device, "Where to compute").one_of({"cpu", "cuda"}),
        Row("precision", &Compute::precision, "On CUDA; the CPU computes in fp32").one_of({"fp32", "tf32", "bf16"}),
    };
}

}  // namespace support
