// Sequential: a network as a type, checked while the compiler reads it.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "ditto/core/shape_error.hpp"
#include "ditto/layers/fusion.hpp"
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

// The layer before layer `Index` of a list; void before the first.
template <std::size_t Index, class... Layers>
struct LayerBefore {
    using type = LayerAt<Index - 1, Layers...>;
};
template <class... Layers>
struct LayerBefore<0, Layers...> {
    using type = void;
};

// The parameters of each layer as they lie in memory after the layer before it.
template <std::size_t Count, class... Layers, std::size_t... Index>
constexpr std::array<NetworkTensor, Count> collect_parameters(
    [[maybe_unused]] const std::array<Extents, sizeof...(Layers) + 1>& extents, std::index_sequence<Index...>) {
    return collect_tensors<Count>(ParametersAfter<typename LayerBefore<Index, Layers...>::type, Layers>::of(
        extents[Index == 0 ? 0 : Index - 1])...);
}

// Stands in a network for what is no layer, once the error has been given: so that there is no second one.
struct NoLayer : ElementwiseLayer {
    static constexpr std::array<TensorInfo, 1> parameters() { return {{{.name = "none", .rank = 1, .shape = {1}}}}; }
};
template <class T>
struct LayerOrNoLayer {
    using type = NoLayer;
};
template <LayerDescription T>
struct LayerOrNoLayer<T> {
    using type = std::conditional_t<T::is_valid, T, NoLayer>;
};
template <class T>
using LayerOrNone = typename LayerOrNoLayer<T>::type;
template <class T>
using ShapeOrNone = std::conditional_t<is_shape<T>, T, Shape<1>>;

// All that follows from the layers of a network.
template <class InputShape, class... Layers>
struct NetworkFacts {
    static constexpr std::size_t layer_count = sizeof...(Layers);
    /// The shape before each layer, and after the last.
    static constexpr std::array<Extents, layer_count + 1> extents = shape_walk<InputShape, Layers...>.extents;
    static constexpr auto functions = layer_functions<Layers...>;
    static constexpr auto traits = layer_traits<Layers...>;

    template <std::size_t Index>
    using LayerAt = detail::LayerAt<Index, Layers...>;
    /// The shape before layer `Index` (from 0), as a type; ShapeAt<layer_count> is the output.
    template <std::size_t Index>
    using ShapeAt = ShapeBefore<Index, InputShape, Layers...>;
    using Input = InputShape;
    using Output = ShapeAt<layer_count>;

    static constexpr std::size_t parameter_tensors = (std::size_t{0} + ... + Layers::parameters().size());
    static constexpr std::size_t buffer_tensors = (std::size_t{0} + ... + Layers::buffers().size());
    static constexpr auto parameters =
        collect_parameters<parameter_tensors, Layers...>(extents, std::index_sequence_for<Layers...>());
    static constexpr auto buffers = collect_tensors<buffer_tensors>(Layers::buffers()...);

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

// What is wrong with a network, and where: the first problem that one meets.
struct NetworkProblem {
    enum class Kind { none, reported, no_shape, no_layers, no_layer, too_many_tensors, shape } kind = Kind::none;
    int layer = 0;  // from 0
};

template <class Input, class... Layers>
constexpr NetworkProblem find_problem() {
    using Kind = NetworkProblem::Kind;
    if (!is_shape<Input>) return {Kind::no_shape, 0};
    if (!ShapeOrNone<Input>::valid) return {Kind::reported, 0};  // has given its own error
    if (sizeof...(Layers) == 0) return {Kind::no_layers, 0};
    const std::array<bool, sizeof...(Layers) + 1> are_layers{LayerDescription<Layers>..., true};
    const std::array<bool, sizeof...(Layers) + 1> are_valid{!std::same_as<LayerOrNone<Layers>, NoLayer>..., true};
    const std::array<bool, sizeof...(Layers) + 1> are_small{
        (LayerOrNone<Layers>::parameters().size() <= max_layer_tensors &&
         LayerOrNone<Layers>::buffers().size() <= max_layer_tensors)...,
        true};
    for (std::size_t i = 0; i < sizeof...(Layers); ++i) {
        if (!are_layers[i]) return {Kind::no_layer, static_cast<int>(i)};
        if (!are_valid[i]) return {Kind::reported, static_cast<int>(i)};
        if (!are_small[i]) return {Kind::too_many_tensors, static_cast<int>(i)};
    }
    const int bad = shape_walk<ShapeOrNone<Input>, LayerOrNone<Layers>...>.first_bad;
    return bad < 0 ? NetworkProblem{} : NetworkProblem{Kind::shape, bad};
}

// Of a broken network: the error. Of a correct one: nothing.
template <NetworkProblem::Kind Kind, int Layer, class Input, class... Layers>
struct NetworkCheck {
    using type = char;
};
template <int Layer, class Input, class... Layers>
struct NetworkCheck<NetworkProblem::Kind::no_shape, Layer, Input, Layers...> {
    using type = not_a_shape<Input>;
};
template <int Layer, class Input, class... Layers>
struct NetworkCheck<NetworkProblem::Kind::no_layers, Layer, Input, Layers...> {
    using type = network_without_layers<Input>;
};
template <int Layer, class Input, class... Layers>
struct NetworkCheck<NetworkProblem::Kind::no_layer, Layer, Input, Layers...> {
    using type = not_a_layer<layer_number<Layer + 1>, LayerAt<Layer, Layers...>>;
};
template <int Layer, class Input, class... Layers>
struct NetworkCheck<NetworkProblem::Kind::too_many_tensors, Layer, Input, Layers...> {
    using type = too_many_tensors<layer_number<Layer + 1>, LayerAt<Layer, Layers...>>;
};
template <int Layer, class Input, class... Layers>
struct NetworkCheck<NetworkProblem::Kind::shape, Layer, Input, Layers...> {
    using type = typename Explanation<Layer + 1, LayerAt<Layer, Layers...>, ShapeBefore<Layer, Input, Layers...>>::type;
};

}  // namespace detail

/// A network: a chain of layers on samples of shape Input. An empty type; if a layer cannot take the shape that the
/// layers before it give, any use of the network is one compile-time error, `shape_error`, that names the layer's
/// number (from 1), the layer, the shape it expects and the shape it receives. What is no layer, or no shape, is one
/// error too.
template <class InputShape, class... Layers>
struct Sequential : detail::NetworkFacts<detail::ShapeOrNone<InputShape>, detail::LayerOrNone<Layers>...> {
  private:
    static constexpr detail::NetworkProblem problem = detail::find_problem<InputShape, Layers...>();
    // Not a base class: clang would call the whole network invalid, and report whatever uses it as well.
    static_assert(sizeof(typename detail::NetworkCheck<problem.kind, problem.layer, InputShape, Layers...>::type) > 0);

  public:
    /// False for a network that does not fit together; the error has then been reported already.
    static constexpr bool valid = problem.kind == detail::NetworkProblem::Kind::none;
};

namespace detail {
template <class T>
inline constexpr bool is_sequential = false;
template <class Input, class... Layers>
inline constexpr bool is_sequential<Sequential<Input, Layers...>> = true;
}  // namespace detail

}  // namespace ditto
