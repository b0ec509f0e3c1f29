// A program that shows pictures with OpenGL: it has an stb_image of its own, cut down to PNG, and turns its pictures
// upside down. Neither may change what ditto reads and writes. With BEFORE it includes stb first, else ditto.
#ifndef BEFORE
#include <ditto/images/image_file.hpp>
#include <ditto/images/save_png.hpp>
#endif
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STBI_ONLY_PNG
#define STBI_NO_FAILURE_STRINGS
#include <stb/stb_image.h>
#include <stb/stb_image_write.h>
#ifdef BEFORE
#include <ditto/images/image_file.hpp>
#include <ditto/images/save_png.hpp>
#endif
#include <cstdio>
#include <vector>

void write_elsewhere(const ditto::Image& image);
ditto::Image read_elsewhere();

int main() {
    const ditto::Image two{2, 1, {255, 0, 0, 0, 0, 255}};  // red above, blue below
    stbi_set_flip_vertically_on_load(1);
    stbi_flip_vertically_on_write(1);
    stbi_write_tga_with_rle = 0;
    ditto::save_png("own_stb.png", two);
    write_elsewhere(two);
    const bool same = ditto::load_image("own_stb.png").pixels == two.pixels && read_elsewhere().pixels == two.pixels;
    const std::vector<std::uint8_t> jpeg =
        ditto::detail::encode_jpeg(ditto::Image{16, 16, std::vector<std::uint8_t>(768)}, 90);
    const bool jpegs = ditto::decode_image(jpeg, "JPEG").pixels == std::vector<std::uint8_t>(768);

    int height = 0, width = 0, channels = 0;
    stbi_uc* own = stbi_load("own_stb.png", &width, &height, &channels, 3);
    const bool theirs = own != nullptr && own[2] == 255;  // blue above, as it was told
    stbi_image_free(own);
    std::printf("ditto's pictures: %s, its JPEGs: %s, the program's: %s\n", same ? "right" : "WRONG",
                jpegs ? "read" : "NOT READ", theirs ? "right" : "WRONG");
    return same && jpegs && theirs ? 0 : 1;
}
