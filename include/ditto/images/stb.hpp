// stb_image and stb_image_write. Debian has them as a compiled library to link; where there are headers only, ditto's
// CMake defines DITTO_COMPILE_STB, and each file that includes this has functions of its own.
#pragma once

#if !__has_include(<stb/stb_image.h>)
#error "ditto reads and writes images by stb, which is not found; install it (Debian: apt install libstb-dev)"
#endif
#ifdef DITTO_COMPILE_STB
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#endif
#include <stb/stb_image.h>
#include <stb/stb_image_write.h>
#ifdef DITTO_COMPILE_STB
#undef STB_IMAGE_STATIC
#undef STB_IMAGE_IMPLEMENTATION
#undef STB_IMAGE_WRITE_STATIC
#undef STB_IMAGE_WRITE_IMPLEMENTATION
#endif
