// Writing safetensors files.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ditto/core/atomic_file.hpp"
#include "ditto/core/checksum.hpp"
#include "ditto/core/error.hpp"
#include "ditto/io/dtype.hpp"
#include "ditto/io/safetensors_header.hpp"

namespace ditto {

/// Takes the next bytes of what is being written.
using ByteSink = std::function<void(std::span<const std::byte>)>;

/// A tensor to be written.
struct TensorSource {
    std::string name;
    DType dtype = DType::f32;
    std::vector<std::size_t> shape;
    /// Hands the tensor's bytes to the sink in the file's order, in pieces of any size, so that no second copy of a
    /// large tensor need exist. Called once.
    std::function<void(const ByteSink&)> write;
};

/// A source that holds one number: PyTorch's zero-dimensional tensor, as in num_batches_tracked.
template <class T>
TensorSource scalar_source(std::string name, T value) {
    return {
        std::move(name), dtype_of<T>, {}, [value](const ByteSink& sink) { sink(std::as_bytes(std::span(&value, 1))); }};
}

/// Writes a safetensors file, whole or not at all. Tensors of wider elements come first in the file, otherwise in the
/// order given, as the reference implementation orders them: every tensor is aligned to its elements. Throws Error when
/// the file cannot be written, when two tensors have one name, or when a source gives more or fewer bytes than its
/// shape needs. A sealed file has one tensor more, the last: a Checksum of all bytes before its own, by which
/// SafetensorsReader::require_seal() knows a file that was damaged.
inline void write_safetensors(const std::filesystem::path& path, std::vector<TensorSource> tensors,
                              const Metadata& metadata = {}, bool sealed = false) {
    std::ranges::stable_sort(tensors, std::ranges::greater{},
                             [](const TensorSource& tensor) { return dtype_bytes(tensor.dtype); });
    Checksum checksum;
    if (sealed)
        tensors.push_back({detail::seal_name, DType::u8, {sizeof(std::uint64_t)}, [&](const ByteSink& sink) {
                               const std::uint64_t seal = checksum.value();
                               sink(std::as_bytes(std::span(&seal, 1)));
                           }});
    detail::SafetensorsHeader header{metadata, {}};
    if (sealed) header.metadata[detail::seal_name] = "XXH64";
    std::set<std::string> names{"__metadata__"};
    for (const TensorSource& tensor : tensors) {
        if (!names.insert(tensor.name).second)
            throw Error("cannot write " + path.string() + ": the tensor name " + detail::quoted(tensor.name) +
                        " is taken; rename one");
        const auto bytes = detail::tensor_bytes(tensor.dtype, tensor.shape);
        if (!bytes || *bytes > std::numeric_limits<std::int64_t>::max() - header.data_bytes())
            throw Error("cannot write " + path.string() + ": with tensor " + detail::quoted(tensor.name) +
                        " it has more than 2^63 bytes; split it");
        header.tensors.push_back({tensor.name, tensor.dtype, tensor.shape, header.data_bytes(), *bytes});
    }
    const std::string text = detail::format_safetensors_header(path, header);
    const std::uint64_t header_bytes = text.size();
    AtomicFile file(path, sizeof header_bytes + header_bytes + header.data_bytes());
    const auto write = [&](std::span<const std::byte> bytes) {
        if (sealed) checksum.mix(bytes);
        file.write(bytes);
    };
    write(std::as_bytes(std::span(&header_bytes, 1)));
    write(std::as_bytes(std::span(text)));
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const std::uint64_t expected = header.tensors[i].bytes;
        std::uint64_t written = 0;
        tensors[i].write([&](std::span<const std::byte> bytes) {
            written += bytes.size();
            if (written <= expected) write(bytes);
        });
        if (written != expected)
            throw Error("cannot write " + path.string() + ": tensor " + detail::quoted(tensors[i].name) + " needs " +
                        std::to_string(expected) + " bytes and was given " + std::to_string(written) +
                        "; make its data match its shape");
    }
    file.commit();
}

}  // namespace ditto
