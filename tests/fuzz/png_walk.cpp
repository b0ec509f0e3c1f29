// The walk over a PNG's chunks, which has the first word on every file. Checksums are made right first: no other input
// would get past them.
#include <cstddef>
#include <cstdint>

#include "ditto/core/error.hpp"
#include "ditto/images/formats/png.hpp"
#include "right_checksums.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    for (const bool right : {false, true}) try {
            (void)ditto::inspect_png(right ? with_right_checksums({data, size}) : Bytes(data, data + size), "input");
        } catch (const ditto::Error&) {
        }
    return 0;
}
