// The frozen face network with a loss, on the device that a program's options ask for.
#pragma once

#include <cstddef>
#include <ditto/losses/losses.hpp>
#include <ditto/model/cpu_inference.hpp>
#include <ditto/network/siamese.hpp>
#include <memory>
#include <string>

#include "compute.hpp"
#include "face_networks.hpp"

namespace support {

/// The network and the loss of these names on a device, for passes of up to `images` images.
template <class Device>
std::unique_ptr<ditto::Embedder> make_network_on(const std::string& network, const std::string& loss,
                                                 std::size_t images, const Device& device) {
    return support::with_face_network(network, [&]<class Network>() {
        return ditto::with_loss(loss, "the loss", [&]<class Loss>(const Loss&) -> std::unique_ptr<ditto::Embedder> {
            return std::make_unique<ditto::Inference<ditto::Siamese<Network, Loss>, Device>>(images, device);
        });
    });
}

/// The same on CUDA. Throws Error in a program built without it, or when there is no GPU.
std::unique_ptr<ditto::Embedder> make_cuda_network(const std::string& network, const std::string& loss,
                                                   std::size_t images, const Compute& compute);

}  // namespace support
