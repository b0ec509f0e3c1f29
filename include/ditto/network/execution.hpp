// How a device runs a network: layer by layer, or with one layer in the place of several where it has a kernel for that
// (see layers/fusion.hpp). And the error where it cannot run it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "ditto/core/for_each_index.hpp"
#include "ditto/core/shape_error.hpp"
#include "ditto/layers/fusion.hpp"
#include "ditto/layers/kernel.hpp"
#include "ditto/network/sequential.hpp"

namespace ditto {

namespace detail {

template <class Network, std::size_t First, class Indices>
struct FusedRun;
template <class Network, std::size_t First, std::size_t... Index>
struct FusedRun<Network, First, std::index_sequence<Index...>>
    : FusedAs<typename Network::template LayerAt<First + Index>...> {};

// The layer that stands for `Length` layers from layer First on; void where there is none.
template <class Network, std::size_t First, std::size_t Length>
using Fused = typename FusedRun<Network, First, std::make_index_sequence<Length>>::type;

// How many layers, from layer First on, Device runs as one: the longest run that it has a kernel for, or 1.
template <class Network, class Device, std::size_t First, std::size_t Length>
constexpr std::size_t stage_length() {
    if constexpr (Length > 1) {
        using Layer = Fused<Network, First, Length>;
        if constexpr (!std::is_void_v<Layer>)
            if (HasKernel<Layer, typename Network::template ShapeAt<First>, Device>) return Length;
        return stage_length<Network, Device, First, Length - 1>();
    }
    return 1;
}

// Where each stage begins, and where the last one ends.
template <class Network, class Device>
struct StageTable {
    static_assert(sizeof(KernelsCheck<Device, kernels_are_here<Device>>) > 0);
    std::size_t count = 0;
    std::array<std::size_t, Network::layer_count + 1> first{};

    constexpr StageTable() {
        std::array<std::size_t, Network::layer_count> lengths{};
        lengths.fill(1);
        if constexpr (Network::valid)
            for_each_index<Network::layer_count>([&](auto at) {
                constexpr std::size_t longest = std::min(longest_fused_run, Network::layer_count - at);
                lengths[at] = stage_length<Network, Device, at, longest>();
            });
        for (std::size_t layer = 0; layer < Network::layer_count; layer += lengths[layer]) first[count++] = layer;
        first[count] = Network::layer_count;
    }
};
template <class Network, class Device>
inline constexpr StageTable<Network, Device> stage_table;

template <class Network, std::size_t First, std::size_t Length>
struct Stage {
    using type = Fused<Network, First, Length>;
};
template <class Network, std::size_t First>
struct Stage<Network, First, 1> {
    using type = typename Network::template LayerAt<First>;
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

// A broken network stays as it is: another Sequential of its layers would give another error.
template <class Network, class Device, bool Valid = Network::valid>
struct ExecutionType : ExecutionOf<Network, Device, std::make_index_sequence<stage_table<Network, Device>.count>> {};
template <class Network, class Device>
struct ExecutionType<Network, Device, false> {
    using type = Network;
};

}  // namespace detail

/// Network as Device runs it: a Sequential with the same parameters and buffers in the same order, in which fused
/// layers stand for those that they do the work of. The same type where there are none.
template <class Network, class Device>
using Execution = typename detail::ExecutionType<Network, Device>::type;

/// The number in Network (from 0) of the first layer of each stage of Execution<Network, Device>.
template <class Network, class Device>
constexpr std::size_t first_layer_of_stage(std::size_t stage) {
    return detail::stage_table<Network, Device>.first[stage];
}

namespace detail {

/// The kernel of stage `Index` of Network on Device.
template <class Network, class Device, std::size_t Index>
using StageKernel = KernelOf<typename Execution<Network, Device>::template LayerAt<Index>,
                             typename Execution<Network, Device>::template ShapeAt<Index>, Device>;

/// The same for backward: NoKernel where the kernel has none.
template <class Network, class Device, std::size_t Index>
using StageBackward =
    std::conditional_t<RunsBackward<Device, typename Execution<Network, Device>::template LayerAt<Index>,
                                    typename Execution<Network, Device>::template ShapeAt<Index>>,
                       StageKernel<Network, Device, Index>, NoKernel>;

// The first layer (from 0) of Network that Device has no forward, or no backward, for; -1: it has all.
template <class Network, class Device, bool Backward>
constexpr int first_missing_kernel() {
    using Stages = Execution<Network, Device>;
    int missing = -1;
    if constexpr (Network::valid && kernels_are_here<Device>)
        for_each_index_backward<Stages::layer_count>([&](auto at) {
            using Layer = typename Stages::template LayerAt<at>;
            using Input = typename Stages::template ShapeAt<at>;
            constexpr bool runs = Backward ? RunsBackward<Device, Layer, Input> : RunsForward<Device, Layer, Input>;
            if (!runs) missing = static_cast<int>(first_layer_of_stage<Network, Device>(at));
        });
    return missing;
}

template <class Network, class Device, int Missing>
struct ForwardCheck {
    using type = missing_kernel<layer_number<Missing + 1>, typename Network::template LayerAt<Missing>,
                                typename Network::template ShapeAt<Missing>, Device>;
};
template <class Network, class Device>
struct ForwardCheck<Network, Device, -1> {
    using type = char;
};

template <class Network, class Device, int Missing>
struct BackwardCheck {
    using type = missing_backward<layer_number<Missing + 1>, typename Network::template LayerAt<Missing>,
                                  typename Network::template ShapeAt<Missing>, Device>;
};
template <class Network, class Device>
struct BackwardCheck<Network, Device, -1> {
    using type = char;
};

/// Where this type is asked for its size, a network that Device cannot run is an error.
template <class Network, class Device>
using CanRun = typename ForwardCheck<Network, Device, first_missing_kernel<Network, Device, false>()>::type;
/// A class for that, for use in functions: clang takes a function with an error in it for one that is not there.
template <class Network, class Device>
struct RunGuard {
    static_assert(sizeof(CanRun<Network, Device>) > 0);
};
/// The same for a network that Device cannot train. (One that it cannot run has been reported already.)
template <class Network, class Device>
using CanTrain = typename BackwardCheck<
    Network, Device,
    first_missing_kernel<Network, Device, false>() < 0 ? first_missing_kernel<Network, Device, true>() : -1>::type;

}  // namespace detail

}  // namespace ditto
