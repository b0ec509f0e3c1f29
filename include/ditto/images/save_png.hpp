// Writing images as PNG files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "ditto/core/atomic_file.hpp"
#include "ditto/core/error.hpp"
#include "ditto/images/image.hpp"
#include "ditto/images/stb.hpp"

namespace ditto {

/// Writes an image as PNG, all or nothing. Throws Error if it is empty or the file cannot be written.
inline void save_png(const std::filesystem::path& path, const Image& image) {
    std::vector<std::byte> bytes;
    const auto append = [](void* target, void* data, int size) {
        const auto* begin = static_cast<const std::byte*>(data);
        auto& all = *static_cast<std::vector<std::byte>*>(target);
        all.insert(all.end(), begin, begin + size);
    };
    if (image.height < 1 || image.width < 1 ||
        stbi_write_png_to_func(append, &bytes, image.width, image.height, 3, image.pixels.data(), 3 * image.width) == 0)
        throw Error("cannot write " + path.string() + ": an image of " + std::to_string(image.width) + " x " +
                    std::to_string(image.height) + " pixels cannot be encoded as PNG");
    AtomicFile file(path, bytes.size());
    file.write(bytes);
    file.commit();
}

}  // namespace ditto
