// Another file of own_stb.cpp's program.
#include <stb/stb_image.h>
#include <ditto/images/image_file.hpp>
#include <ditto/images/save_png.hpp>

void write_elsewhere(const ditto::Image& image) {
    ditto::save_png("own_stb_elsewhere.png", image);
}

ditto::Image read_elsewhere() {
    return ditto::load_image("own_stb_elsewhere.png");
}
