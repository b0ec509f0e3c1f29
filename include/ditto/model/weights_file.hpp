// Weights as safetensors files under PyTorch's names, with what is needed to use them (weights_info.hpp).
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/io/permuted.hpp"
#include "ditto/io/safetensors.hpp"
#include "ditto/model/stored_tensor.hpp"
#include "ditto/model/weights_info.hpp"
#include "ditto/model/weights_metadata.hpp"

namespace ditto {

namespace detail {

inline DType file_dtype(StoredType type) {
    return type == StoredType::float32 ? DType::f32 : type == StoredType::float64 ? DType::f64 : DType::i64;
}

inline std::vector<std::size_t> file_shape(const TensorInfo& info) {
    std::vector<std::size_t> shape(info.shape.begin(), info.shape.begin() + info.rank);
    if (info.joins_last_axes) {
        const std::size_t last = shape.back();
        shape.pop_back();
        shape.back() *= last;
    }
    return shape;
}

inline PermutedLayout memory_layout(const TensorInfo& info) {
    return {{info.shape.begin(), info.shape.begin() + info.rank},
            {info.memory_order.begin(), info.memory_order.begin() + info.rank}};
}

// Calls visit(span) with the tensor's numbers as float, double or int64.
template <class Visit>
void visit_numbers(const StoredTensor& tensor, const Visit& visit) {
    const auto size = static_cast<std::size_t>(tensor.info.size());
    switch (tensor.type) {
        case StoredType::float32:
            return visit(std::span(static_cast<float*>(tensor.data), size));
        case StoredType::float64:
            return visit(std::span(static_cast<double*>(tensor.data), size));
        case StoredType::int64:
            return visit(std::span(static_cast<std::int64_t*>(tensor.data), size));
    }
}

inline std::string shape_text(const std::vector<std::size_t>& shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
    return text + "]";
}

inline bool is_real(DType dtype) {
    return dtype == DType::f16 || dtype == DType::bf16 || dtype == DType::f32 || dtype == DType::f64;
}

// Reads a count, which PyTorch keeps as int64, from whatever type it was converted to. Throws Error for what is none.
inline std::int64_t read_count(const SafetensorsReader& file, const TensorEntry& entry) {
    const auto read = [&]<class T>(T value) {
        file.read(entry, 0, std::span(&value, 1));
        if constexpr (std::is_integral_v<T>) {
            if (std::in_range<std::int64_t>(value) && std::cmp_greater_equal(value, 0))
                return static_cast<std::int64_t>(value);
        } else if (value >= 0.0 && value <= 0x1p53 && std::trunc(value) == value) {  // all whole numbers up to here
            return static_cast<std::int64_t>(value);
        }
        throw Error(file.path().string() + ": its " + entry.name + " is " + std::to_string(value) +
                    ", no count; leave it out or save the weights again");
    };
    switch (entry.dtype) {
        case DType::u8:
            return read(std::uint8_t{});
        case DType::i8:
            return read(std::int8_t{});
        case DType::u16:
            return read(std::uint16_t{});
        case DType::i16:
            return read(std::int16_t{});
        case DType::u32:
            return read(std::uint32_t{});
        case DType::i32:
            return read(std::int32_t{});
        case DType::u64:
            return read(std::uint64_t{});
        case DType::i64:
            return read(std::int64_t{});
        default:
            return read(double{});
    }
}

// The place of number `at` of a tensor, in the file's order: "[3, 0, 1, 2]".
inline std::string index_text(const std::vector<std::size_t>& shape, std::size_t at) {
    std::vector<std::size_t> index(shape.size());
    for (std::size_t axis = shape.size(); axis-- > 0; at /= shape[axis]) index[axis] = at % shape[axis];
    return shape_text(index);
}

// Throws Error, naming the place, unless the numbers of a tensor from `first` on, in the file's order, can be weights.
template <class T>
void require_usable(const SafetensorsReader& file, const StoredTensor& tensor, std::size_t first,
                    std::span<const T> numbers) {
    const bool is_variance = tensor.info.name == "running_var";
    const auto is_usable = [&](T number) { return std::isfinite(number) && !(is_variance && number < T{0}); };
    // The common case: infinity and NaN have the largest bits, and a maximum of integers takes no branches.
    using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    Bits largest = 0;
    for (const T number : numbers) largest = std::max(largest, std::bit_cast<Bits>(number) << 1);  // without the sign
    if (largest < std::bit_cast<Bits>(std::numeric_limits<T>::infinity()) << 1 && !is_variance) return;
    const auto found = std::ranges::find_if_not(numbers, is_usable);
    if (found == numbers.end()) return;
    throw Error(file.path().string() + ": its " + tensor.name +
                index_text(file_shape(tensor.info), first + static_cast<std::size_t>(found - numbers.begin())) +
                " is " + number_text(static_cast<double>(*found)) +
                (std::isfinite(*found) ? ", a negative variance" : ", no finite number") +
                "; such weights give no answers, train again or save them again");
}

}  // namespace detail

/// Tensors as sources for write_safetensors. They must stay alive and unchanged until the file is written.
inline std::vector<TensorSource> tensor_sources(std::span<const StoredTensor> tensors) {
    std::vector<TensorSource> sources;
    for (const StoredTensor& tensor : tensors)
        sources.push_back({tensor.name, detail::file_dtype(tensor.type), detail::file_shape(tensor.info),
                           [tensor](const ByteSink& sink) {
                               detail::visit_numbers(tensor, [&](auto numbers) {
                                   using Number = typename decltype(numbers)::value_type;
                                   if constexpr (std::is_floating_point_v<Number>) {
                                       write_permuted<Number>(sink, detail::memory_layout(tensor.info), numbers);
                                   } else {
                                       sink(std::as_bytes(numbers));
                                   }
                               });
                           }});
    return sources;
}

/// Opens a file of weights. PyTorch's wrappers put their names into those of tensors: "module." is DataParallel's,
/// "_orig_mod." torch.compile's. They are left out, wherever they stand. Throws Error as SafetensorsReader does, and
/// where two tensors then have one name.
inline SafetensorsReader open_weights(const std::filesystem::path& path) {
    SafetensorsReader file(path);
    file.rename_tensors([](std::string name) {
        for (const std::string_view wrapper : {"module.", "_orig_mod."})
            for (std::size_t at = name.find(wrapper); at != std::string::npos; at = name.find(wrapper, at))
                if (at == 0 || name[at - 1] == '.')
                    name.erase(at, wrapper.size());
                else
                    at += wrapper.size();
        return name;
    });
    return file;
}

/// Throws Error, naming the first tensor that differs, unless the file has each of `tensors` in the same shape and
/// kind of number; with `nothing_else` also if it has a tensor that is not among them. Of a count
/// (num_batches_tracked), which no result depends on, it may have none, or one as any type and of shape [1].
inline void require_tensors(const SafetensorsReader& file, std::span<const StoredTensor> tensors,
                            bool nothing_else = true) {
    const auto fail = [&](const std::string& what, const std::string& advice = "use a file that this network wrote") {
        throw Error(file.path().string() + " holds the weights of another network: " + what + "; " + advice);
    };
    for (const StoredTensor& tensor : tensors) {
        const TensorEntry* entry = file.find(tensor.name);
        const std::string expected = detail::shape_text(detail::file_shape(tensor.info));
        const bool is_count = tensor.type == StoredType::int64;
        if (entry == nullptr && is_count) continue;
        if (entry == nullptr) {
            const std::string missing =
                "it has no tensor " + tensor.name + ", which is " + expected + " in the network";
            for (const TensorEntry& other : file.tensors())
                if (other.name.ends_with("." + tensor.name)) {
                    const auto before = other.name.substr(0, other.name.size() - tensor.name.size());
                    fail(missing + ", but " + detail::quoted(other.name),
                         "take " + detail::quoted(before) +
                             " off the names, in PyTorch with "
                             "torch.nn.modules.utils.consume_prefix_in_state_dict_if_present");
                }
            fail(missing);
        }
        if (is_count ? entry->dtype == DType::boolean : !detail::is_real(entry->dtype))
            fail("tensor " + tensor.name + " holds " + std::string(dtype_name(entry->dtype)) + " in the file");
        if (detail::shape_text(entry->shape) != expected && !(is_count && entry->size() == 1))
            fail("tensor " + tensor.name + " is " + detail::shape_text(entry->shape) + " in the file and " + expected +
                 " in the network");
    }
    if (!nothing_else) return;
    for (const TensorEntry& entry : file.tensors())
        if (std::ranges::find(tensors, entry.name, &StoredTensor::name) == tensors.end())
            fail("it has a tensor " + detail::quoted(entry.name) + ", which the network has not");
}

/// What read_tensors takes for a number.
enum class Numbers : std::uint8_t {
    any,    ///< whatever the file has
    usable  ///< finite ones alone, and variances of 0 or more
};

/// Fills `tensors` from a file that require_tensors has accepted; a count that it lacks becomes 0. Throws Error, naming
/// tensor and place, for a number that is not among `numbers`.
inline void read_tensors(const SafetensorsReader& file, std::span<const StoredTensor> tensors,
                         Numbers numbers = Numbers::any) {
    for (const StoredTensor& tensor : tensors) {
        const TensorEntry* entry = file.find(tensor.name);
        detail::visit_numbers(tensor, [&](auto memory) {
            using Number = typename decltype(memory)::value_type;
            if constexpr (std::is_integral_v<Number>) {
                memory[0] = entry == nullptr ? 0 : detail::read_count(file, *entry);
            } else {
                read_permuted(file, *entry, detail::memory_layout(tensor.info), memory,
                              [&](std::size_t first, std::span<const Number> read) {
                                  if (numbers == Numbers::usable) detail::require_usable(file, tensor, first, read);
                              });
            }
        });
    }
}

/// Writes weights and info to `path`, whole or not at all. Throws Error for info that weights_info() would refuse.
inline void save_weights(const std::filesystem::path& path, std::span<const StoredTensor> weights,
                         const WeightsInfo& info) {
    detail::require_sense(info, "cannot write " + path.string());
    write_safetensors(path, tensor_sources(weights), to_metadata(info));
}

/// Reads `path` into `weights` and returns its info. Nothing changes unless every tensor is there in the right shape;
/// a fingerprint, where the file has one, must be the network's. A number that is not finite, or a negative variance,
/// is found while reading, as is a failure of the disk: all weights are then NaN, so that nobody goes on with half of
/// them. With `loss`, weights to start from: those of another loss give the network's tensors alone, and a head keeps
/// its values. Throws Error for all of that, and for info that makes no sense.
inline WeightsInfo load_weights(const std::filesystem::path& path, std::span<const StoredTensor> weights,
                                std::string_view network_fingerprint, std::optional<std::string_view> loss = {}) {
    const SafetensorsReader file = open_weights(path);
    WeightsInfo info = weights_info(file);
    const bool only_network = loss && info.loss && *info.loss != *loss;
    std::vector<StoredTensor> network;
    if (only_network) {
        std::ranges::copy_if(weights, std::back_inserter(network),
                             [](const StoredTensor& tensor) { return tensor.name.starts_with("backbone."); });
        weights = network;
    }
    require_tensors(file, weights, !only_network);
    if (info.fingerprint && *info.fingerprint != network_fingerprint)
        throw Error(path.string() + " holds the weights of another network with the same tensors: its fingerprint is " +
                    *info.fingerprint + ", this network's " + std::string(network_fingerprint) +
                    "; use the program that wrote it");
    try {
        read_tensors(file, weights, Numbers::usable);
    } catch (...) {
        for (const StoredTensor& tensor : weights)
            detail::visit_numbers(tensor, [](auto numbers) {
                using Number = typename decltype(numbers)::value_type;
                std::ranges::fill(numbers, std::numeric_limits<Number>::quiet_NaN());  // of integers 0
            });
        throw;
    }
    return info;
}

}  // namespace ditto
