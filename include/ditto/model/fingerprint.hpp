// A network's architecture in 16 hexadecimal digits.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "ditto/core/hash.hpp"
#include "ditto/core/type_name.hpp"
#include "ditto/network/sequential.hpp"

namespace ditto {

namespace detail {

// A layer's name without the options that only say how it is computed.
inline std::string architecture_name(std::string name) {
    constexpr std::string_view algorithm = ", DirectAlgorithm";
    if (const auto at = name.find(algorithm); at != std::string::npos) name.erase(at, algorithm.size());
    return name;
}

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
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        ((hash.mix(detail::architecture_name(type_name<typename Network::template LayerAt<Index>>())),
          mix_extents(Network::extents[Index + 1])),
         ...);
    }
    (std::make_index_sequence<Network::layer_count>{});
    return hash.digits();
}

}  // namespace ditto
