// A stranger's program that needs every library that ditto::ditto stands on.
#include <cstdint>
#include <cstdio>
#include <ditto/core/parallel.hpp>
#include <ditto/device/cpu/gemm.hpp>
#include <ditto/images/image_file.hpp>
#include <vector>

int main() {
    const std::vector<float> a{1, 2, 3, 4};
    std::vector<float> c(4);
    ditto::gemm<float>(2, 2, 2, {a.data(), 2}, {a.data(), 2}, 0.0F, {c.data(), 2});  // [[7, 10], [15, 22]]
    std::vector<int> threads(2);
    ditto::parallel_for(2, 2, [&](std::size_t i) { threads[i] = 1; });
    try {
        (void)ditto::decode_image(std::vector<std::uint8_t>{0xFF, 0xD8, 0xFF, 0xD9}, "no image");
    } catch (const ditto::Error& error) {
        std::puts(error.what());
        return c[3] == 22.0F && threads[1] == 1 ? 0 : 1;
    }
    return 1;
}
