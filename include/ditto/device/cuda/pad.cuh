// Pixels with more channels than they have, zeros after their own, so that each begins at whole 16 bytes.
#pragma once

#include <cstddef>

#include "ditto/device/cuda/launch.cuh"
#include "ditto/device/cuda/vector.cuh"

namespace ditto::detail {

/// Writes a pixel of `Channels` channels, of which the first `Given` are given and the rest 0.
template <std::size_t Given, std::size_t Channels, class A>
__device__ void store_pixel(const A (&given)[Given], A* to) {
    constexpr int width = vector_width<A>(Channels);
    DITTO_UNROLL
    for (std::size_t first = 0; first < Channels; first += width) {
        Vector<A, width> numbers;
        DITTO_UNROLL
        for (std::size_t i = 0; i < width; ++i) numbers.at[i] = first + i < Given ? given[first + i] : A(0.0F);
        numbers.store(to + first);
    }
}

template <std::size_t From, std::size_t To, class A>
struct PadChannels {
    const A* from;
    A* to;
    __device__ void operator()(std::size_t pixel) const {
        A given[From];
        DITTO_UNROLL
        for (std::size_t i = 0; i < From; ++i) given[i] = from[pixel * From + i];
        store_pixel<From, To>(given, to + pixel * To);
    }
};

/// to [pixels, To] = from [pixels, From], with zeros in the last channels.
template <std::size_t From, std::size_t To, CudaDevice Device, class A>
void pad_channels(const Device& device, std::size_t pixels, const A* from, A* to) {
    for_each(device, pixels, PadChannels<From, To, A>{from, to});
}

}  // namespace ditto::detail
