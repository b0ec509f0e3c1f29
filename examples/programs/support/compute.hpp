// Where and how a program computes.
#pragma once

#include <ditto/core/parallel.hpp>
#include <string>

namespace support {

struct Compute {
    int threads = ditto::available_threads();
    std::string device = "cpu";      ///< or "cuda"
    std::string precision = "fp32";  ///< on CUDA also "tf32" or "bf16"
};

}  // namespace support
