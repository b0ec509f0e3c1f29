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
#include "ditto/images/formats/codec.hpp"
#include "ditto/images/image.hpp"

namespace ditto {

/// Writes an image as PNG, all or nothing. Throws Error if it is empty or the file cannot be written.
inline void save_png(const std::filesystem::path& path, const Image& image) {
    const std::size_t pixels = image.height < 1 || image.width < 1
                                   ? 0
                                   : static_cast<std::size_t>(image.height) * static_cast<std::size_t>(image.width);
    std::vector<std::uint8_t> bytes;
    if (pixels > 0 && image.pixels.size() == 3 * pixels) bytes = detail::encode_png(image);
    if (bytes.empty())
        throw Error("cannot write " + path.string() + ": an image of " + std::to_string(image.width) + " x " +
                    std::to_string(image.height) + " pixels cannot be encoded as PNG");
    AtomicFile file(path, bytes.size());
    file.write(std::as_bytes(std::span(bytes)));
    file.commit();
}

}  // namespace ditto
