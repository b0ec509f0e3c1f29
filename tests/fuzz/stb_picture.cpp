// The same of a build that reads pictures by stb_image.
#ifndef DITTO_COMPILE_STB
#define DITTO_COMPILE_STB
#endif
#include <cstddef>
#include <cstdint>

#if __has_include(<stb/stb_image.h>)
#include "small_pictures.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    decode_small_pictures(data, size);
    return 0;
}
#else
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* /*data*/, std::size_t /*size*/) {
    return 0;  // nothing to try
}
#endif
