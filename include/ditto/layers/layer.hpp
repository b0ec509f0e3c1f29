// What a layer is: an empty type that describes itself. The base class holds the defaults of a description, so that a
// layer states only what is special about it.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>

#include "ditto/core/shape.hpp"
#include "ditto/core/tensor_info.hpp"

namespace ditto {

/// Base of every layer, with the defaults of a description. A layer adds
///   static constexpr bool accepts(Extents in);      // can it take this shape?
///   static constexpr Extents expects(Extents in);   // for the error: the shape it would have taken instead of `in`
///   static constexpr Extents output(Extents in);    // what it gives
///   static constexpr std::int64_t flops(Extents in) // floating point operations forward, one sample
/// and, for each device, a Kernel (layers/kernel.hpp).
struct Layer {
    /// False for a layer whose arguments make no sense; it has given an error of its own then.
    static constexpr bool is_valid = true;
    /// Parameters, trained by the optimizer, and buffers, kept with the weights but not trained.
    static constexpr std::array<TensorInfo, 0> parameters() { return {}; }
    /// What is kept with the weights, but not trained.
    static constexpr std::array<TensorInfo, 0> buffers() { return {}; }
    /// Does the layer count the batches it has seen (`num_batches_tracked` in files)?
    static constexpr bool tracks_batches = false;
    /// May forward write its output over its input (same shape)? In inference only: in_place_inference.
    static constexpr bool in_place = false;
    static constexpr bool in_place_inference = false;
    /// May backward write the input's gradient over the output's?
    static constexpr bool backward_in_place = false;
    /// What backward reads besides the output's gradient; the plan keeps it until then.
    static constexpr bool backward_reads_input = true;
    static constexpr bool backward_reads_output = true;
    /// Bytes that forward leaves for backward, for `images` samples with numbers of `scalar` bytes.
    static constexpr std::size_t saved_bytes(Extents, std::size_t /*images*/, std::size_t /*scalar*/) { return 0; }
};

/// A type that describes a layer.
template <class T>
concept LayerDescription = std::derived_from<T, Layer> && requires(Extents in) {
    { T::accepts(in) } -> std::same_as<bool>;
    { T::expects(in) } -> std::same_as<Extents>;
    { T::output(in) } -> std::same_as<Extents>;
    { T::flops(in) } -> std::same_as<std::int64_t>;
};

/// Base of the layers that work on each number by itself, whatever the shape, and may do so in place.
struct ElementwiseLayer : Layer {
    static constexpr bool accepts(Extents) { return true; }
    static constexpr Extents expects(Extents in) { return in; }
    static constexpr Extents output(Extents in) { return in; }
    static constexpr std::int64_t flops(Extents in) { return in.size(); }
    static constexpr bool in_place = true;
    static constexpr bool in_place_inference = true;
    static constexpr bool backward_in_place = true;
    static constexpr bool backward_reads_input = false;
};

}  // namespace ditto
