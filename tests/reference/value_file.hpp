// The value files beside this header (see README.md), and how tensors are compared with them.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <ditto/core/error.hpp>
#include <ditto/core/parallel.hpp>
#include <ditto/io/safetensors_reader.hpp>
#include <ditto/layers/layer.hpp>
#include <span>
#include <string>
#include <vector>

#include "reference_values.hpp"

namespace reference {

/// One of the value files: "layers", "face_network", ...
class ValueFile {
  public:
    explicit ValueFile(const std::string& name)
        : reader_(DITTO_SOURCE_DIR "/tests/reference/" + name + ".safetensors") {}

    bool contains(const std::string& name) const { return reader_.find(name) != nullptr; }

    /// The numbers of the tensor of that name. Throws Error if there is none.
    std::vector<double> operator[](const std::string& name) const {
        const ditto::TensorEntry* entry = reader_.find(name);
        if (entry == nullptr)
            throw ditto::Error(reader_.path().string() + " has no tensor " + name + "; make the file again");
        std::vector<double> values(entry->size());
        reader_.read(*entry, 0, std::span(values));
        return values;
    }

  private:
    ditto::SafetensorsReader reader_;
};

template <class Range>
std::vector<double> widened(const Range& values) {
    return {values.begin(), values.end()};
}

inline double norm(std::span<const double> values) {
    double squares = 0;
    for (const double value : values) squares += value * value;
    return std::sqrt(squares);
}

/// ||found - expected||, infinite unless the sizes agree.
inline double difference_norm(std::span<const double> found, std::span<const double> expected) {
    if (found.size() != expected.size()) return INFINITY;
    double squares = 0;
    for (std::size_t i = 0; i < found.size(); ++i) squares += (found[i] - expected[i]) * (found[i] - expected[i]);
    return std::sqrt(squares);
}

/// ||found - expected|| / ||expected||; the absolute difference where nothing but zeros is expected.
inline double relative_difference(std::span<const double> found, std::span<const double> expected) {
    const double size = norm(expected);
    return difference_norm(found, expected) / (size > 0 ? size : 1.0);
}

/// Calls visit(file_index, memory_index) for every number of a tensor, on all threads.
template <class Visit>
void for_each_number(const ditto::TensorInfo& info, const Visit& visit) {
    std::array<std::size_t, 4> extents{1, 1, 1, 1}, strides{};
    const auto rank = static_cast<std::size_t>(info.rank);
    for (std::size_t axis = 0; axis < rank; ++axis) extents[axis] = static_cast<std::size_t>(info.shape[axis]);
    std::size_t stride = 1;
    for (std::size_t i = rank; i-- > 0;) {
        const auto axis = static_cast<std::size_t>(info.memory_order[i]);
        strides[axis] = stride;
        stride *= extents[axis];
    }
    ditto::parallel_for(extents[0], ditto::available_threads(), [&](std::size_t a) {
        std::size_t file = a * extents[1] * extents[2] * extents[3];
        for (std::size_t b = 0; b < extents[1]; ++b)
            for (std::size_t c = 0; c < extents[2]; ++c)
                for (std::size_t d = 0; d < extents[3]; ++d)
                    visit(file++, a * strides[0] + b * strides[1] + c * strides[2] + d * strides[3]);
    });
}

/// A tensor's numbers in PyTorch's order.
template <class T>
std::vector<T> in_file_order(const ditto::TensorInfo& info, const T* memory) {
    std::vector<T> result(static_cast<std::size_t>(info.size()));
    for_each_number(info, [&](std::size_t file, std::size_t place) { result[file] = memory[place]; });
    return result;
}

}  // namespace reference
