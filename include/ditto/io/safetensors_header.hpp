// The header of a safetensors file: what it says, reading it with every check, writing it.
//
// Format (https://github.com/huggingface/safetensors): 8 bytes, the header's length, little-endian; the header, a JSON
// object {"__metadata__": {text: text}, name: {"dtype", "shape", "data_offsets": [begin, end]}, ...}; the data.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/io/dtype.hpp"
#include "ditto/io/header_json.hpp"

namespace ditto {

/// Free text that travels with the tensors.
using Metadata = std::map<std::string, std::string>;

/// One tensor of a file.
struct TensorEntry {
    std::string name;
    DType dtype = DType::f32;
    std::vector<std::size_t> shape;
    std::uint64_t offset = 0;  ///< of its first byte, from the start of the file's data
    std::uint64_t bytes = 0;

    /// Elements.
    std::size_t size() const { return static_cast<std::size_t>(bytes / dtype_bytes(dtype)); }
};

namespace detail {

/// The last tensor of a sealed file, and an entry of its metadata, so that no flipped bit makes it one without.
inline constexpr const char* seal_name = "ditto.seal";

/// The longest header that a file may have, as in the reference implementation.
inline constexpr std::uint64_t safetensors_header_limit = 100'000'000;

struct SafetensorsHeader {
    Metadata metadata;
    std::vector<TensorEntry> tensors;  // in the order of their data

    std::uint64_t data_bytes() const { return tensors.empty() ? 0 : tensors.back().offset + tensors.back().bytes; }
};

/// The bytes of a tensor of that shape; nothing where they do not fit in 64 bits.
inline std::optional<std::uint64_t> tensor_bytes(DType dtype, std::span<const std::size_t> shape) {
    std::uint64_t bytes = dtype_bytes(dtype);
    for (const std::uint64_t extent : shape) {
        if (extent != 0 && bytes > std::numeric_limits<std::uint64_t>::max() / extent) return std::nullopt;
        bytes *= extent;
    }
    return bytes;
}

/// Reads {"dtype", "shape", "data_offsets"} and checks that the three agree.
inline TensorEntry parse_tensor_entry(const std::filesystem::path& path, const std::string& name,
                                      const nlohmann::json& json) {
    const auto fail = [&](const std::string& what) { throw_bad_safetensors(path, "tensor " + quoted(name) + what); };
    const auto is_list = [&](const char* key) {
        return json.contains(key) && json[key].is_array() &&
               std::ranges::all_of(json[key], [](const nlohmann::json& item) { return item.is_number_unsigned(); });
    };
    if (!json.is_object() || !json.contains("dtype") || !json["dtype"].is_string()) fail(" has no dtype");
    if (!is_list("shape")) fail(" has no shape of whole numbers");
    if (!is_list("data_offsets") || json["data_offsets"].size() != 2) fail(" has no pair of data_offsets");

    const auto dtype = parse_dtype(json["dtype"].get_ref<const std::string&>());
    if (!dtype) fail(" has the unknown dtype " + json["dtype"].dump());
    TensorEntry entry{name, *dtype, json["shape"].get<std::vector<std::size_t>>()};
    const auto begin = json["data_offsets"][0].get<std::uint64_t>(), end = json["data_offsets"][1].get<std::uint64_t>();
    const auto expected = tensor_bytes(entry.dtype, entry.shape);
    if (!expected) fail(" has a shape of more than 2^64 bytes: " + json["shape"].dump());
    if (end < begin || end - begin != *expected)
        fail(" of shape " + json["shape"].dump() + " needs " + std::to_string(*expected) + " bytes, but data_offsets " +
             json["data_offsets"].dump() + " do not span that many");
    entry.offset = begin;
    entry.bytes = *expected;
    return entry;
}

/// Reads and checks the header of `path`. The tensors' data must follow one another without holes or overlaps.
inline SafetensorsHeader parse_safetensors_header(const std::filesystem::path& path, std::string_view text) {
    const nlohmann::json json = parse_header_json(path, text);
    if (!json.is_object()) throw_bad_safetensors(path, "its header is no JSON object");
    SafetensorsHeader header;
    for (const auto& [name, value] : json.items()) {
        if (name != "__metadata__") {
            header.tensors.push_back(parse_tensor_entry(path, name, value));
        } else if (value.is_object() && std::ranges::all_of(value, [](const auto& item) { return item.is_string(); })) {
            header.metadata = value.get<Metadata>();
        } else if (!value.is_null()) {  // as some write that there is none
            throw_bad_safetensors(path, "its __metadata__ is no object of texts");
        }
    }
    std::ranges::sort(header.tensors, {},
                      [](const TensorEntry& entry) { return std::tie(entry.offset, entry.bytes, entry.name); });
    std::uint64_t end = 0;
    for (const TensorEntry& entry : header.tensors) {
        if (entry.offset != end)
            throw_bad_safetensors(path, "the data of tensor " + quoted(entry.name) + " begins at byte " +
                                            std::to_string(entry.offset) +
                                            (entry.offset < end ? ", inside the tensor before it, which ends at "
                                                                : ", after a hole that begins at ") +
                                            std::to_string(end));
        end += entry.bytes;
    }
    return header;
}

/// The header's text, padded with spaces so that the data begins at a multiple of 8 bytes. The tensors must be in the
/// order of their data. Throws Error when a name or a text of the metadata is not UTF-8.
inline std::string format_safetensors_header(const std::filesystem::path& path, const SafetensorsHeader& header) {
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
    if (!header.metadata.empty()) json["__metadata__"] = header.metadata;
    for (const TensorEntry& entry : header.tensors)
        json[entry.name] = {{"dtype", dtype_name(entry.dtype)},
                            {"shape", entry.shape},
                            {"data_offsets", {entry.offset, entry.offset + entry.bytes}}};
    try {
        std::string text = json.dump();
        text.append((8 - text.size() % 8) % 8, ' ');
        return text;
    } catch (const nlohmann::json::type_error&) {
        throw Error("cannot write " + path.string() +
                    ": a tensor's name or a text of the metadata is not UTF-8; rename it");
    }
}

}  // namespace detail
}  // namespace ditto
