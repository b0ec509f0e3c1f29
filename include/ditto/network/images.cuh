// How images get to a network on CUDA.
#pragma once

#include <cstddef>

#include "ditto/device/cuda/pad.cuh"
#include "ditto/network/activation_plan.hpp"

namespace ditto::detail {

/// Copies images [count, Input...] in the GPU's memory to the network's activation 0, padded where its first kernel
/// wants that (KernelDefaults::image_channels).
template <class Network, CudaDevice Device, class A>
void take_images(const Device& device, std::size_t count, const A* from, A* to) {
    if constexpr (pads_images<Network, Device>) {
        constexpr Extents image = Network::extents[0];
        pad_channels<static_cast<std::size_t>(image.channels()), image_channels<Network, Device>>(
            device, count * static_cast<std::size_t>(image.pixels()), from, to);
    } else {
        check(cudaMemcpyAsync(to, from, count * padded_image_size<Network, Device> * sizeof(A),
                              cudaMemcpyDeviceToDevice, device.context->stream()),
              "copying images");
    }
}

/// The same of images in pinned memory of the host; those that are padded come by `waiting`, memory for them as they
/// are.
template <class Network, CudaDevice Device, class A>
void copy_images_in(const Device& device, std::size_t count, const A* from, A* waiting, A* to) {
    constexpr bool pads = pads_images<Network, Device>;
    check(cudaMemcpyAsync(pads ? waiting : to, from, count * static_cast<std::size_t>(Network::Input::size) * sizeof(A),
                          cudaMemcpyHostToDevice, device.context->stream()),
          "copying images");
    if constexpr (pads) take_images<Network>(device, count, waiting, to);
}

}  // namespace ditto::detail
