// The same tests of a build that reads pictures by stb_image.
#if __has_include(<stb/stb_image.h>)
#ifndef DITTO_COMPILE_STB
#define DITTO_COMPILE_STB
#endif
#include "test_image_file.cpp"
#include "test_jpeg.cpp"
#include "test_jpeg_data.cpp"
#include "test_orientation.cpp"
#include "test_png.cpp"
#else
#include <cstdio>

int main() {
    std::puts("skipped: stb not found; install it (Debian: apt install libstb-dev)");
    return 77;
}
#endif
