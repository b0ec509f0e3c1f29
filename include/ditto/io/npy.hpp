// Writing NumPy's .npy files (format version 1.0 of numpy.lib.format).
#pragma once

#include <cstddef>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ditto/core/atomic_file.hpp"
#include "ditto/core/error.hpp"

namespace ditto {

namespace detail {

/// Magic, version 1.0, length of the text in 16 bits, and the text: a Python dictionary, padded so that the data begins
/// at a multiple of 64 bytes.
inline std::string npy_header(const std::vector<std::size_t>& shape) {
    std::string text = "{'descr': '<f4', 'fortran_order': False, 'shape': (";
    for (const std::size_t extent : shape) text += std::to_string(extent) + ",";
    text += "), }";
    constexpr std::size_t before_text = 10;
    text.append(63 - (before_text + text.size()) % 64, ' ');
    text += '\n';
    const auto low = static_cast<char>(text.size() % 256), high = static_cast<char>(text.size() / 256);
    return std::string("\x93NUMPY\x01\x00", 8) + low + high + text;
}

/// The values of an array of that shape. Throws Error where they are more than a file can have.
inline std::size_t npy_size(const std::filesystem::path& path, const std::vector<std::size_t>& shape) {
    constexpr std::size_t most_axes = 32;  // NumPy's limit before version 2
    constexpr std::size_t most_values = std::numeric_limits<std::ptrdiff_t>::max() / 8;
    std::size_t size = 1;
    for (const std::size_t extent : shape) {
        if (extent > most_values || (extent != 0 && size > most_values / extent))
            throw Error("cannot write " + path.string() + ": its shape has more values than a file can hold");
        size *= extent;
    }
    if (shape.size() > most_axes)
        throw Error("cannot write " + path.string() + ": its shape has " + std::to_string(shape.size()) +
                    " axes; NumPy reads at most " + std::to_string(most_axes));
    return size;
}

}  // namespace detail

/// Writes one float32 array, row after row, without ever holding it whole. The file appears on commit().
class NpyWriter {
  public:
    /// `shape`: {N} or {N, D}, say. Throws Error when `path` cannot be written, or no file can hold so many values.
    NpyWriter(const std::filesystem::path& path, const std::vector<std::size_t>& shape)
        : NpyWriter(path, detail::npy_header(shape), detail::npy_size(path, shape)) {}

    /// The next values, in C order. Throws Error when the array has no room for them or the file cannot be written.
    void append(std::span<const float> values) {
        if (values.size() > values_left_) fail("more");
        values_left_ -= values.size();
        file_.write(std::as_bytes(values));
    }

    /// Puts the file in its place. Throws Error when values are missing.
    void commit() {
        if (values_left_ != 0) fail("fewer");
        file_.commit();
    }

  private:
    NpyWriter(const std::filesystem::path& path, const std::string& header, std::size_t size)
        : path_(path), values_left_(size), file_(path, header.size() + size * sizeof(float)) {
        file_.write(std::as_bytes(std::span(header)));
    }

    [[noreturn]] void fail(const std::string& comparison) const {
        throw Error("cannot write " + path_.string() + ": " + comparison +
                    " values were given than its shape holds; make them match");
    }

    std::filesystem::path path_;
    std::size_t values_left_;
    AtomicFile file_;
};

}  // namespace ditto
