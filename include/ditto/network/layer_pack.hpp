// A list of layers: the layer at an index, and constexpr tables over all of them. Kept cheap to compile: no recursion.
#pragma once

#include <array>
#include <cstddef>
#include <utility>

#include "ditto/layers/layer.hpp"

namespace ditto::detail {

template <std::size_t Index, class L>
struct LayerLeaf {
    using type = L;
};

template <std::size_t Index, class L>
LayerLeaf<Index, L> find_leaf(const LayerLeaf<Index, L>&);

template <class Indices, class... Layers>
struct LayerLeaves;
template <std::size_t... Indices, class... Layers>
struct LayerLeaves<std::index_sequence<Indices...>, Layers...> : LayerLeaf<Indices, Layers>... {};

/// The layer at `Index` (from 0) of a list.
template <std::size_t Index, class... Layers>
using LayerAt = typename decltype(find_leaf<Index>(
    std::declval<LayerLeaves<std::index_sequence_for<Layers...>, Layers...>>()))::type;

/// The functions of a description that the walk over shapes calls.
struct LayerFunctions {
    bool (*accepts)(Extents);
    Extents (*output)(Extents);
    std::int64_t (*flops)(Extents);
    std::size_t (*saved_bytes)(Extents, std::size_t, std::size_t);
};

/// The constants of a description that the plan reads.
struct LayerTraits {
    bool in_place;
    bool in_place_inference;
    bool backward_in_place;
    bool backward_reads_input;
    bool backward_reads_output;
    bool tracks_batches;
    std::size_t parameters;
    std::size_t buffers;
};

template <class... Layers>
inline constexpr std::array<LayerFunctions, sizeof...(Layers)> layer_functions = {
    {{&Layers::accepts, &Layers::output, &Layers::flops, &Layers::saved_bytes}...}};

template <class... Layers>
inline constexpr std::array<LayerTraits, sizeof...(Layers)> layer_traits = {
    {{Layers::in_place, Layers::in_place_inference, Layers::backward_in_place, Layers::backward_reads_input,
      Layers::backward_reads_output, Layers::tracks_batches, Layers::parameters().size(),
      Layers::buffers().size()}...}};

/// What the walk over a network finds: the shape before each layer and after the last, and the first layer (from 0)
/// that does not accept its input; -1 when every layer does.
template <std::size_t Layers>
struct ShapeWalk {
    std::array<Extents, Layers + 1> extents{};
    int first_bad = -1;
};

template <std::size_t Layers>
constexpr ShapeWalk<Layers> walk_shapes(Extents input, const std::array<LayerFunctions, Layers>& layers) {
    ShapeWalk<Layers> walk;
    walk.extents[0] = input;
    for (std::size_t i = 0; i < Layers; ++i) {
        const Extents in = walk.extents[i];
        if (!layers[i].accepts(in)) {
            walk.first_bad = static_cast<int>(i);
            // Whoever goes on using a broken network sees the last good shape, and no second error.
            for (std::size_t rest = i; rest < Layers; ++rest) walk.extents[rest + 1] = in;
            return walk;
        }
        walk.extents[i + 1] = layers[i].output(in);
    }
    return walk;
}

}  // namespace ditto::detail
