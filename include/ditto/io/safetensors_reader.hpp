// Reading safetensors files.
#pragma once

#include "ditto/core/requirements.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "ditto/core/checksum.hpp"
#include "ditto/core/error.hpp"
#include "ditto/core/file_descriptor.hpp"
#include "ditto/core/system_advice.hpp"
#include "ditto/io/dtype.hpp"
#include "ditto/io/safetensors_header.hpp"

namespace ditto {

/// A safetensors file, open for reading. Everything that its header says is checked against the file on opening; the
/// tensors' data is read when asked for, straight into the caller's memory.
class SafetensorsReader {
  public:
    /// Throws Error when the file cannot be read, is truncated, or is no valid safetensors file.
    explicit SafetensorsReader(std::filesystem::path path)
        : path_(std::move(path)), file_(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
        struct stat status {};
        if (file_.get() < 0 || ::fstat(file_.get(), &status) != 0) fail_to_read(errno);
        if (!S_ISREG(status.st_mode))
            throw Error("cannot read " + path_.string() + ": it is no regular file; name a file");
        const auto file_bytes = static_cast<std::uint64_t>(status.st_size);

        std::uint64_t header_bytes = 0;
        if (file_bytes < sizeof header_bytes)
            detail::throw_bad_safetensors(
                path_, "it has " + std::to_string(file_bytes) + " bytes, fewer than the 8 of a header");
        read_at(0, std::as_writable_bytes(std::span(&header_bytes, 1)));
        if (header_bytes > detail::safetensors_header_limit) {
            require_not_torch_save(header_bytes);
            detail::throw_bad_safetensors(
                path_, "its header claims " + std::to_string(header_bytes) + " bytes, more than the " +
                           std::to_string(detail::safetensors_header_limit) + " that one may have");
        }
        data_begin_ = sizeof header_bytes + header_bytes;
        require_length(file_bytes, data_begin_, "header");
        std::string text(header_bytes, '\0');
        read_at(sizeof header_bytes, std::as_writable_bytes(std::span(text)));
        header_ = detail::parse_safetensors_header(path_, text);

        const std::uint64_t data_bytes = file_bytes - data_begin_;
        require_length(data_bytes, header_.data_bytes(), "data");
        if (data_bytes > header_.data_bytes())
            detail::throw_bad_safetensors(
                path_, "it has " + std::to_string(data_bytes - header_.data_bytes()) + " bytes after its last tensor");
    }

    const std::filesystem::path& path() const { return path_; }    ///< of the file
    const Metadata& metadata() const { return header_.metadata; }  ///< all of `__metadata__`
    /// All tensors, in the order of their data.
    std::span<const TensorEntry> tensors() const { return header_.tensors; }

    /// The tensor of that name, or a null pointer.
    const TensorEntry* find(std::string_view name) const {
        const auto found = std::ranges::find(header_.tensors, name, &TensorEntry::name);
        return found == header_.tensors.end() ? nullptr : &*found;
    }

    /// Gives each tensor the name rename(its name). Throws Error where two would have the same.
    template <class Rename>
    void rename_tensors(const Rename& rename) {
        std::set<std::string_view> names;
        for (TensorEntry& entry : header_.tensors) {
            entry.name = rename(entry.name);
            if (!names.insert(entry.name).second)
                detail::throw_bad_safetensors(path_, "it has two tensors for " + detail::quoted(entry.name));
        }
    }

    /// Of the bytes of all tensors, in the order of the file.
    std::uint64_t data_checksum() const { return checksum(data_begin_, data_begin_ + header_.data_bytes()); }

    /// Whether the file ends in a seal: see write_safetensors.
    bool is_sealed() const {
        const auto is_seal = [](const TensorEntry& last) {
            return last.name == detail::seal_name && last.dtype == DType::u8 && last.bytes == sizeof(std::uint64_t);
        };
        return !header_.tensors.empty() && is_seal(header_.tensors.back());
    }

    /// Reads the whole file. Throws Error if it is sealed and not as it was written.
    void require_seal() const {
        if (!is_sealed()) {
            if (header_.metadata.contains(detail::seal_name))
                detail::throw_bad_safetensors(path_, "its checksum is missing");
            return;
        }
        const std::uint64_t begin = data_begin_ + header_.tensors.back().offset;
        std::uint64_t seal = 0;
        read_at(begin, std::as_writable_bytes(std::span(&seal, 1)));
        if (checksum(0, begin) != seal) detail::throw_bad_safetensors(path_, "its checksum is wrong");
    }

    /// Reads the elements [first, first + values.size()) of a tensor of this file, in the file's order. A T of float or
    /// double takes F16, BF16, F32 and F64, rounded to T; an integer T takes its own dtype alone. Throws Error for
    /// another dtype.
    template <class T>
    void read(const TensorEntry& entry, std::size_t first, std::span<T> values) const {
        if (first > entry.size() || values.size() > entry.size() - first)
            throw Error("tensor " + detail::quoted(entry.name) + " of " + path_.string() + " has " +
                        std::to_string(entry.size()) + " elements; ask for no more");
        const std::uint64_t begin = data_begin_ + entry.offset + first * dtype_bytes(entry.dtype);
        if (entry.dtype == dtype_of<T>) return read_at(begin, std::as_writable_bytes(values));
        if constexpr (std::is_floating_point_v<T>) {
            switch (entry.dtype) {
                case DType::f16:
                    return read_converted<std::uint16_t>(begin, values, half_to_float);
                case DType::bf16:
                    return read_converted<std::uint16_t>(begin, values, bfloat16_to_float);
                case DType::f32:
                    return read_converted<float>(begin, values, [](float value) { return value; });
                case DType::f64:
                    return read_converted<double>(begin, values, [](double value) { return value; });
                default:
                    break;
            }
        }
        throw Error("tensor " + detail::quoted(entry.name) + " of " + path_.string() + " holds " +
                    std::string(dtype_name(entry.dtype)) + ", which does not convert to " +
                    std::string(dtype_name(dtype_of<T>)) + "; save it with that dtype");
    }

  private:
    // Of the bytes [begin, end) of the file.
    std::uint64_t checksum(std::uint64_t begin, std::uint64_t end) const {
        std::vector<std::byte> piece(std::min<std::uint64_t>(end - begin, 1 << 20));
        Checksum sum;
        while (begin < end) {
            const std::span part = std::span(piece).first(std::min<std::uint64_t>(end - begin, piece.size()));
            read_at(begin, part);
            sum.mix(part);
            begin += part.size();
        }
        return sum.value();
    }

    /// Reads `values` from byte `begin` of the file, where they lie as `Stored`, piece by piece.
    template <class Stored, class T, class Convert>
    void read_converted(std::uint64_t begin, std::span<T> values, const Convert& convert) const {
        std::array<Stored, 8192> piece;
        while (!values.empty()) {
            const std::size_t count = std::min(values.size(), piece.size());
            read_at(begin, std::as_writable_bytes(std::span(piece).first(count)));
            for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<T>(convert(piece[i]));
            begin += count * sizeof(Stored);
            values = values.subspan(count);
        }
    }

    // torch.save writes a zip archive, and before PyTorch 1.6 wrote a pickle.
    void require_not_torch_save(std::uint64_t first_bytes) const {
        const bool is_zip = (first_bytes & 0xFFFF'FFFF) == 0x0403'4B50,
                   is_pickle = (first_bytes & 0xFF'FFFF) == 0x8A'0280;
        if (is_zip || is_pickle)
            throw Error(
                path_.string() +
                ": this is a file of torch.save or another archive, no safetensors file; load it in PyTorch and "
                "save its state_dict with safetensors.torch.save_file");
    }

    void read_at(std::uint64_t offset, std::span<std::byte> bytes) const {
        while (!bytes.empty()) {
            const ssize_t got = ::pread(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
            if (got == 0) detail::throw_bad_safetensors(path_, "it became shorter while it was read");
            if (got < 0 && errno != EINTR) fail_to_read(errno);
            if (got > 0) {
                offset += static_cast<std::uint64_t>(got);
                bytes = bytes.subspan(static_cast<std::size_t>(got));
            }
        }
    }

    void require_length(std::uint64_t bytes, std::uint64_t expected, const std::string& part) const {
        if (bytes < expected)
            detail::throw_bad_safetensors(path_, "it is truncated: " + std::to_string(expected - bytes) +
                                                     " bytes of its " + part + " are missing");
    }

    [[noreturn]] void fail_to_read(int code) const {
        throw SystemError("cannot read " + path_.string() + ": " +
                          detail::system_advice(code, "check its name and that it can be read"));
    }

    std::filesystem::path path_;
    detail::FileDescriptor file_;
    std::uint64_t data_begin_ = 0;
    detail::SafetensorsHeader header_;
};

}  // namespace ditto
