// A network's architecture in 16 hexadecimal digits.
#pragma once

#include <string>

#include "ditto/core/for_each_index.hpp"
#include "ditto/core/hash.hpp"
#include "ditto/core/type_name.hpp"
#include "ditto/network/sequential.hpp"

namespace ditto {

namespace detail {

/// What counts of a layer in a network's architecture: the layer, or its member type Architecture if it has one.
template <class Layer>
struct ArchitectureOf {
    using type = Layer;
};
template <class Layer>
requires requires {
    typename Layer::Architecture;
}
struct ArchitectureOf<Layer> {
    using type = typename Layer::Architecture;
};

}  // namespace detail

/// The same for two networks exactly if they have the same layers, with the same options, on the same input: FNV-1a
/// (Fowler, Noll, Vo) of their names and shapes. How a layer is computed does not count. Stored with weights.
template <class Network>
std::string fingerprint() {
    Fnv1a hash;
    const auto mix_extents = [&](Extents extents) {
        for (int axis = 0; axis < extents.rank; ++axis)
            hash.mix(std::to_string(extents.dims[static_cast<std::size_t>(axis)]) + ",");
        hash.mix(";");
    };
    mix_extents(Network::extents[0]);
    detail::for_each_index<Network::layer_count>([&](auto index) {
        hash.mix(type_name<typename detail::ArchitectureOf<typename Network::template LayerAt<index>>::type>());
        mix_extents(Network::extents[index + 1]);
    });
    return hash.digits();
}

}  // namespace ditto
