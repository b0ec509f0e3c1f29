// Cpu<Precision>: the processor as a device.
#pragma once

#include "ditto/core/parallel.hpp"
#include "ditto/core/precision.hpp"

namespace ditto {

/// The CPU, computing in fp32 or fp64 (the reference). The value says how many threads to use; results do not depend
/// on it.
template <class Precision>
struct Cpu {
    using precision = Precision;
    using scalar = typename Precision::scalar;
    int threads = 1;
};

}  // namespace ditto
