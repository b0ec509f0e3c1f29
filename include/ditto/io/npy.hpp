// Writing NumPy's .npy files (format version 1.0 of numpy.lib.format).
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <numeric>
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

}  // namespace detail

/// Writes one float32 array, row after row, without ever holding it whole. The file appears on commit().
class NpyWriter {
  public:
    /// `shape`: {N} or {N, D}. Throws Error when `path` cannot be written.
    NpyWriter(const std::filesystem::path& path, const std::vector<std::size_t>& shape)
        : NpyWriter(path, detail::npy_header(shape),
                    std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>{})) {}

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
