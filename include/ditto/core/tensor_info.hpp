// What is known of a parameter or buffer while the compiler runs: its name, shape, place and first value.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ditto {

/// How a parameter starts: uniform in [-bound, bound], or all equal to `bound` (a constant).
struct Initialization {
    enum class Kind : std::uint8_t { uniform, constant };
    Kind kind = Kind::constant;
    double bound = 0.0;

    /// Uniform in [-bound, bound].
    static constexpr Initialization uniform(double bound) { return {Kind::uniform, bound}; }
    /// All equal to `value`.
    static constexpr Initialization constant(double value) { return {Kind::constant, value}; }
};

/// A parameter or buffer of a layer: name and shape as PyTorch has them, and the order in which memory holds the axes.
struct TensorInfo {
    std::string_view name;                           ///< the last part of its name in files: "weight"
    int rank = 0;                                    ///< number of axes, up to 4
    std::array<std::int64_t, 4> shape{};             ///< PyTorch's shape
    std::array<int, 4> memory_order = {0, 1, 2, 3};  ///< axis i in memory is axis memory_order[i] of shape
    Initialization initial{};
    /// The last two axes are a single one in files, their product; memory has them first, the other way round. So lies
    /// the weight of a Linear that reads a map: [Out, channels, pixels], [Out, channels * pixels] in files.
    bool joins_last_axes = false;

    /// Numbers in the tensor.
    constexpr std::int64_t size() const {
        std::int64_t product = 1;
        for (int axis = 0; axis < rank; ++axis) product *= shape[static_cast<std::size_t>(axis)];
        return product;
    }
};

/// The most parameters, and the most buffers, that one layer may have.
inline constexpr std::size_t max_layer_tensors = 4;

}  // namespace ditto
