// How a device runs a network: layer by layer, or with blocks of layers as one where it has a kernel for them.
#pragma once

#include <array>
#include <cstddef>
#include <utility>

#include "ditto/layers/calls.hpp"
#include "ditto/layers/conv_block/conv_block.hpp"
#include "ditto/layers/elementwise/relu.hpp"
#include "ditto/network/sequential.hpp"

namespace ditto {

namespace detail {

template <class Conv, class Activation, class Norm>
inline constexpr bool is_block = false;
template <int In, int Out, int Kernel, class... Options>
inline constexpr bool is_block<Conv2d<In, Out, Kernel, Options...>, ReLU, BatchNorm2d<Out>> = true;

// Layers of Network that Device runs as one, from layer Index on: a whole block with its pool, one without, or 1.
template <class Network, class Device, std::size_t Index>
constexpr std::size_t stage_length() {
    if constexpr (Network::valid && Index + 3 <= Network::layer_count) {
        using Conv = typename Network::template LayerAt<Index>;
        using Norm = typename Network::template LayerAt<Index + 2>;
        using Input = typename Network::template ShapeAt<Index>;
        if constexpr (is_block<Conv, typename Network::template LayerAt<Index + 1>, Norm>) {
            if constexpr (Index + 4 <= Network::layer_count) {
                using Pool = typename Network::template LayerAt<Index + 3>;
                if constexpr (std::same_as<Pool, MaxPool2d<2>>)
                    if (has_block_kernel<ConvBlock<Conv, Norm, Pool>, Input, Device>) return 4;
            }
            if (has_block_kernel<ConvBlock<Conv, Norm>, Input, Device>) return 3;
        }
    }
    return 1;
}

// An error where Device's kernels are not known; a class of its own, so that there is no second one.
template <class Device>
struct KernelsCheck {
    static_assert(kernels_are_here<Device>,
                  "ditto: this device's layers are not known in this file, so that its plan would be another than in "
                  "files that know them; include ditto/ditto.hpp (Cpu) or ditto/layers/cuda.cuh (Cuda)");
};

// Where each stage begins, and where the last one ends.
template <class Network, class Device>
struct StageTable {
    static_assert(sizeof(KernelsCheck<Device>) > 0);
    std::size_t count = 0;
    std::array<std::size_t, Network::layer_count + 1> first{};

    constexpr StageTable() {
        const auto lengths = []<std::size_t... Index>(std::index_sequence<Index...>) {
            return std::array{stage_length<Network, Device, Index>()...};
        }
        (std::make_index_sequence<Network::layer_count>{});
        for (std::size_t layer = 0; layer < Network::layer_count; layer += lengths[layer]) first[count++] = layer;
        first[count] = Network::layer_count;
    }
};
template <class Network, class Device>
inline constexpr StageTable<Network, Device> stage_table;

template <class Network, std::size_t First, std::size_t Length>
struct Stage {
    using type = typename Network::template LayerAt<First>;
};
template <class Network, std::size_t First>
struct Stage<Network, First, 3> {
    using type = ConvBlock<typename Network::template LayerAt<First>, typename Network::template LayerAt<First + 2>>;
};
template <class Network, std::size_t First>
struct Stage<Network, First, 4> {
    using type = ConvBlock<typename Network::template LayerAt<First>, typename Network::template LayerAt<First + 2>,
                           typename Network::template LayerAt<First + 3>>;
};

template <class Network, class Device, class Indices>
struct ExecutionOf;
template <class Network, class Device, std::size_t... Index>
struct ExecutionOf<Network, Device, std::index_sequence<Index...>> {
    static constexpr const auto& table = stage_table<Network, Device>;
    using type =
        Sequential<typename Network::Input,
                   typename Stage<Network, table.first[Index], table.first[Index + 1] - table.first[Index]>::type...>;
};

}  // namespace detail

/// Network as Device runs it: a Sequential with the same parameters and buffers in the same order, in which blocks
/// stand for the layers they do the work of. The same type where there are none.
template <class Network, class Device>
using Execution =
    typename detail::ExecutionOf<Network, Device,
                                 std::make_index_sequence<detail::stage_table<Network, Device>.count>>::type;

/// The number in Network (from 0) of the first layer of each stage of Execution<Network, Device>.
template <class Network, class Device>
constexpr std::size_t first_layer_of_stage(std::size_t stage) {
    return detail::stage_table<Network, Device>.first[stage];
}

}  // namespace ditto
