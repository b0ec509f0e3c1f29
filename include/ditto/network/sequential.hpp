// Sequential: a network as a type, checked while the compiler reads it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "ditto/core/shape_error.hpp"
#include "ditto/network/layer_pack.hpp"

namespace ditto {

/// A parameter or buffer of a network.
struct NetworkTensor {
    std::size_t layer = 0;  ///< index of its layer, from 0
    TensorInfo info{};
};

namespace detail {

template <class Input, class... Layers>
inline constexpr auto shape_walk = walk_shapes(Input::extents, layer_functions<Layers...>);

// The network's layer `Number` (from 1) cannot take `Received`.
template <int Number, class Layer, class Received>
struct Explanation {
    static constexpr Extents received = Received::extents;
    static constexpr Extents expected = Layer::expects(received);
    using type = shape_error<
        layer_number<Number>, Layer,
        typename PrintedShape<expects, expected.rank, expected.dims[0], expected.dims[1], expected.dims[2]>::type,
        typename PrintedShape<receives, received.rank, received.dims[0], received.dims[1], received.dims[2]>::type>;
};

// The shape before layer `Index` (from 0) of a network, as a type.
template <std::size_t Index, class Input, class... Layers>
using ShapeBefore = typename ShapeOf<
    shape_walk<Input, Layers...>.extents[Index].rank, shape_walk<Input, Layers...>.extents[Index].dims[0],
    shape_walk<Input, Layers...>.extents[Index].dims[1], shape_walk<Input, Layers...>.extents[Index].dims[2]>::type;

// Of a broken network: the error. Of a correct one: nothing.
template <int FirstBad, class Input, class... Layers>
struct ShapeCheck
    : Explanation<FirstBad + 1, LayerAt<FirstBad, Layers...>, ShapeBefore<FirstBad, Input, Layers...>>::type {};
template <class Input, class... Layers>
struct ShapeCheck<-1, Input, Layers...> {};

template <std::size_t Count, class... Lists>
constexpr std::array<NetworkTensor, Count> collect_tensors(const Lists&... lists) {
    std::array<NetworkTensor, Count> all{};
    std::size_t next = 0, layer = 0;
    const auto add = [&](const auto& infos) {
        for (const TensorInfo& info : infos) all[next++] = {layer, info};
        ++layer;
    };
    (add(lists), ...);
    return all;
}

}  // namespace detail

/// A network: a chain of layers on samples of shape Input. An empty type; if a layer cannot take the shape that the
/// layers before it give, any use of the network is one compile-time error, `shape_error`, that names the layer's
/// number (from 1), the layer, the shape it expects and the shape it receives.
template <class InputShape, class... Layers>
struct Sequential {
    // Not a base class: clang would call the whole network invalid, and report whatever uses it as well.
    static_assert(
        sizeof(detail::ShapeCheck<detail::shape_walk<InputShape, Layers...>.first_bad, InputShape, Layers...>) > 0);
    static_assert(sizeof...(Layers) > 0, "ditto: a network has at least one layer");
    static_assert((LayerDescription<Layers> && ...),
                  "ditto: every layer derives from ditto::Layer and describes itself");

    static constexpr std::size_t layer_count = sizeof...(Layers);
    /// False for a network that does not fit together; the error has then been reported already.
    static constexpr bool valid = detail::shape_walk<InputShape, Layers...>.first_bad < 0;
    /// The shape before each layer, and after the last.
    static constexpr std::array<Extents, layer_count + 1> extents = detail::shape_walk<InputShape, Layers...>.extents;
    static constexpr auto functions = detail::layer_functions<Layers...>;
    static constexpr auto traits = detail::layer_traits<Layers...>;

    template <std::size_t Index>
    using LayerAt = detail::LayerAt<Index, Layers...>;
    /// The shape before layer `Index` (from 0), as a type; ShapeAt<layer_count> is the output.
    template <std::size_t Index>
    using ShapeAt = detail::ShapeBefore<Index, InputShape, Layers...>;
    using Input = InputShape;
    using Output = ShapeAt<layer_count>;

    static constexpr std::size_t parameter_tensors = (Layers::parameters().size() + ...);
    static constexpr std::size_t buffer_tensors = (Layers::buffers().size() + ...);
    static constexpr auto parameters = detail::collect_tensors<parameter_tensors>(Layers::parameters()...);
    static constexpr auto buffers = detail::collect_tensors<buffer_tensors>(Layers::buffers()...);

    /// Numbers that training changes.
    static constexpr std::int64_t parameter_count = [] {
        std::int64_t total = 0;
        for (const NetworkTensor& tensor : parameters) total += tensor.info.size();
        return total;
    }();
    /// Floating point operations of one sample's forward pass (a multiplication and an addition are two).
    static constexpr std::int64_t flops = [] {
        std::int64_t total = 0;
        for (std::size_t i = 0; i < layer_count; ++i) total += functions[i].flops(extents[i]);
        return total;
    }();
};

}  // namespace ditto
