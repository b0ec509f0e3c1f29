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

/// Where the numbers of a tensor lie in memory, by their place in files: number i of row r (the rest of the tensor for
/// index r of the file's first axis) lies at r * row_stride + offsets[i].
struct RowLayout {
    std::size_t rows = 1;
    std::size_t row_stride = 1;
    std::vector<std::size_t> offsets;

    explicit RowLayout(const ditto::TensorInfo& info) {
        std::array<std::size_t, 4> extents{1, 1, 1, 1}, strides{};
        const auto rank = static_cast<std::size_t>(info.rank);
        for (std::size_t axis = 0; axis < rank; ++axis) extents[axis] = static_cast<std::size_t>(info.shape[axis]);
        std::size_t stride = 1;
        for (std::size_t i = rank; i-- > 0;) {
            const auto axis = static_cast<std::size_t>(info.memory_order[i]);
            strides[axis] = stride;
            stride *= extents[axis];
        }
        rows = extents[0];
        row_stride = strides[0];
        for (std::size_t b = 0; b < extents[1]; ++b)
            for (std::size_t c = 0; c < extents[2]; ++c)
                for (std::size_t d = 0; d < extents[3]; ++d)
                    offsets.push_back(b * strides[1] + c * strides[2] + d * strides[3]);
    }

    /// Calls visit(row, i, place in memory) for every number, a band of rows at a time, so that lines of memory that
    /// hold one number of each row are visited once. Bands run on all threads.
    template <class Visit>
    void for_each(const Visit& visit) const {
        ditto::parallel_chunks(rows, 16, ditto::available_threads(), [&](std::size_t begin, std::size_t end) {
            for (std::size_t i = 0; i < offsets.size(); ++i)
                for (std::size_t row = begin; row < end; ++row) visit(row, i, row * row_stride + offsets[i]);
        });
    }
};

/// A tensor's numbers in PyTorch's order.
template <class T>
std::vector<T> in_file_order(const ditto::TensorInfo& info, const T* memory) {
    const RowLayout layout(info);
    std::vector<T> result(static_cast<std::size_t>(info.size()));
    layout.for_each([&](std::size_t row, std::size_t i, std::size_t place) {
        result[row * layout.offsets.size() + i] = memory[place];
    });
    return result;
}

}  // namespace reference
