// The walk over a JPEG's segments, which has the first word on every file.
#include <cstddef>
#include <cstdint>

#include "ditto/core/error.hpp"
#include "ditto/images/jpeg.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        (void)ditto::inspect_jpeg({data, size}, "input");
    } catch (const ditto::Error&) {
    }
    return 0;
}
