// The one compile-time error of a network whose shapes do not fit.
#pragma once

#include "ditto/core/shape.hpp"

namespace ditto {

/// The layer's place in the network: the first layer is number 1.
template <int Number>
struct layer_number;
/// The shape that the layer takes: extents, or any_height, any_width, any_channels, any_size.
template <auto... Dims>
struct expects;
/// The shape that the layers before it give.
template <auto... Dims>
struct receives;

/// Instantiated only for a network that is wrong: the compiler's message then spells out its arguments, as in
/// `shape_error<layer_number<17>, Linear<65536, 1024>, expects<65536>, receives<131072>>`.
template <class Number, class Layer, class Expects, class Receives>
struct shape_error {
    static_assert(sizeof(Number*) == 0,
                  "ditto: this layer cannot take the shape it receives; see layer_number, expects and receives "
                  "(a stride or pool that would drop rows or columns needs AllowTruncation)");
};

/// The error of a network whose first argument is no shape.
template <class Given>
struct not_a_shape {
    static_assert(sizeof(Given*) == 0,
                  "ditto: a network begins with the shape of one sample: Sequential<Shape<height, width, channels>, "
                  "layers...> or Sequential<Shape<size>, layers...>");
};
/// The error of a network of no layers.
template <class Input>
struct network_without_layers {
    static_assert(sizeof(Input*) == 0, "ditto: a network has at least one layer");
};
/// The error of a network with something in its list that is no layer.
template <class Number, class Given>
struct not_a_layer {
    static_assert(sizeof(Number*) == 0,
                  "ditto: this is no layer; see layer_number. A layer is written without parentheses (ReLU), is no "
                  "network, and derives from ditto::Layer with accepts, expects, output and flops");
};
/// The error of a layer with more parameters or buffers than a call has room for.
template <class Number, class Layer>
struct too_many_tensors {
    static_assert(sizeof(Number*) == 0,
                  "ditto: this layer has more parameters or buffers than max_layer_tensors; see layer_number, and make "
                  "two layers of it");
};

namespace detail {
// An extent as a template argument: a number, or an enumerator so that compilers print its name.
template <int Extent>
constexpr auto printed_extent() {
    if constexpr (Extent < 0) {
        return AnyExtent{Extent};
    } else {
        return Extent;
    }
}

template <template <auto...> class List, int Rank, int First, int Second, int Third>
struct PrintedShape {
    using type = List<printed_extent<First>(), printed_extent<Second>(), printed_extent<Third>()>;
};
template <template <auto...> class List, int First, int Second, int Third>
struct PrintedShape<List, 1, First, Second, Third> {
    using type = List<printed_extent<First>()>;
};
}  // namespace detail

}  // namespace ditto
