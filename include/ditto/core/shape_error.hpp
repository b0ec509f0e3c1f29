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
