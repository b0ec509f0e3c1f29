// A whole file as bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

#include "ditto/core/error.hpp"

namespace ditto {

/// All bytes of a file. Throws Error if it is missing, not a regular file, not readable or larger than `largest` bytes.
inline std::vector<std::uint8_t> read_file(const std::filesystem::path& path, std::uintmax_t largest = 1ULL << 30) {
    std::error_code failure;
    const std::filesystem::file_status status = std::filesystem::status(path, failure);
    if (!std::filesystem::exists(status))
        throw Error(path.string() + ": no such file; check the path and the folder it is relative to");
    if (!std::filesystem::is_regular_file(status)) throw Error(path.string() + ": not a regular file; name a file");
    const std::uintmax_t size = std::filesystem::file_size(path, failure);
    if (!failure && size > largest)
        throw Error(path.string() + ": " + std::to_string(size) + " bytes are more than the " +
                    std::to_string(largest) + " that are accepted; is this the right file?");
    std::ifstream file(path, std::ios::binary);
    std::vector<std::uint8_t> bytes(failure ? 0 : size);
    if (failure || !file || !file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size)))
        throw Error(path.string() + ": cannot be read; check its permissions");
    return bytes;
}

}  // namespace ditto
