// A network's architecture in 16 hexadecimal digits.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

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
    std::uint64_t hash = 14695981039346656037ULL;
    const auto mix = [&](std::string_view text) {
        for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    };
    const auto mix_extents = [&](Extents extents) {
        for (int axis = 0; axis < extents.rank; ++axis)
            mix(std::to_string(extents.dims[static_cast<std::size_t>(axis)]) + ",");
        mix(";");
    };
    mix_extents(Network::extents[0]);
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        ((mix(detail::architecture_name(type_name<typename Network::template LayerAt<Index>>())),
          mix_extents(Network::extents[Index + 1])),
         ...);
    }
    (std::make_index_sequence<Network::layer_count>{});

    std::string digits(16, '0');
    for (std::size_t i = 0; i < 16; ++i) digits[i] = "0123456789abcdef"[(hash >> (60 - 4 * i)) & 15];
    return digits;
}

}  // namespace ditto
