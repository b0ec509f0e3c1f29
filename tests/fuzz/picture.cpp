// A file of pictures as a whole: the gate and what decodes behind it.
#include <cstddef>
#include <cstdint>

#include "ditto/core/error.hpp"
#include "ditto/images/image_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        (void)ditto::decode_image({data, size}, "input");
    } catch (const ditto::Error&) {
    }
    return 0;
}
