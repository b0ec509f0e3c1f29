// A file of pictures as a whole: the walks and what decodes behind them.
#include <cstddef>
#include <cstdint>

#include "small_pictures.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    decode_small_pictures(data, size);
    return 0;
}
