// What a program says that was built without CUDA.
#pragma once

#include <ditto/core/error.hpp>

namespace support {

inline ditto::Error no_cuda() {
    return ditto::Error(
        "this program was built without CUDA; use --device cpu, or build it where the CUDA Toolkit is installed, with "
        "-DDITTO_CUDA=ON");
}

}  // namespace support
