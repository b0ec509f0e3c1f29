// The walks over a JPEG's segments and codes, which have the first word on every file.
#include <cstddef>
#include <cstdint>

#include "ditto/core/error.hpp"
#include "ditto/images/formats/jpeg.hpp"
#include "ditto/images/formats/jpeg_entropy.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const ditto::JpegStructure jpeg = ditto::inspect_jpeg({data, size}, "input");
        if (std::int64_t{jpeg.frame.height} * jpeg.frame.width <= 1'000'000)
            ditto::detail::require_whole_scans({data, size}, jpeg, "input");
    } catch (const ditto::Error&) {
    }
    return 0;
}
