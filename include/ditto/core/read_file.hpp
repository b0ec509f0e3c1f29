// A whole file as bytes.
#pragma once

#include "ditto/core/requirements.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/core/file_descriptor.hpp"
#include "ditto/core/system_advice.hpp"

namespace ditto {

/// All bytes of a file. Throws Error if it is missing, not a regular file, not readable or larger than `largest` bytes,
/// or changes its size while it is read. Never waits for a pipe's other end.
inline std::vector<std::uint8_t> read_file(const std::filesystem::path& path, std::uintmax_t largest = 1ULL << 30) {
    const auto fail = [&](int code) {
        throw SystemError(path.string() + ": cannot be read: " + detail::system_advice(code, "check its permissions"));
    };
    const detail::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0 && (errno == ENOENT || errno == ENOTDIR))
        throw Error(path.string() + ": no such file; check the path and the folder it is relative to");
    struct stat status {};
    if (file.get() < 0 && errno != ENXIO) fail(errno);  // ENXIO: a socket, which cannot be opened at all
    if (file.get() >= 0 && ::fstat(file.get(), &status) != 0) fail(errno);
    if (!S_ISREG(status.st_mode)) throw Error(path.string() + ": not a regular file; name a file");
    const auto size = static_cast<std::uintmax_t>(status.st_size);
    if (size > largest)
        throw Error(path.string() + ": " + std::to_string(size) + " bytes are more than the " +
                    std::to_string(largest) + " that are accepted; is this the right file?");
    std::vector<std::uint8_t> bytes(size + 1);  // one more, to see whether there is one more
    std::size_t got = 0;
    while (got < bytes.size()) {
        const ssize_t count = ::read(file.get(), bytes.data() + got, bytes.size() - got);
        if (count < 0 && errno != EINTR) fail(errno);
        if (count == 0) break;
        if (count > 0) got += static_cast<std::size_t>(count);
    }
    if (got != size) throw Error(path.string() + ": changed while it was read; try again when it is whole");
    bytes.pop_back();
    return bytes;
}

}  // namespace ditto
