// The frozen face network with a loss, on the device that a program's options ask for.
#pragma once

#include <cstddef>
#include <ditto/losses/losses.hpp>
#include <ditto/model/inference.hpp>
#include <ditto/network/siamese.hpp>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "compute.hpp"
#include "face_networks.hpp"

namespace support {

/// ditto's Inference, whatever its loss and device.
class FrozenNetwork {
  public:
    virtual ~FrozenNetwork() = default;
    virtual void embed(std::span<const float> images, std::span<float> features) = 0;
    virtual void score(std::span<const float> left, std::span<const float> right, std::span<double> scores) const = 0;
    virtual std::vector<ditto::StoredTensor> weights() = 0;
};

template <class Network, class Loss, class Device>
class FrozenNetworkOn final : public FrozenNetwork {
  public:
    FrozenNetworkOn(std::size_t images, const Device& device) : inference_(images, device) {}
    void embed(std::span<const float> images, std::span<float> features) override {
        inference_.embed(images, features);
    }
    void score(std::span<const float> left, std::span<const float> right, std::span<double> scores) const override {
        inference_.score(left, right, scores);
    }
    std::vector<ditto::StoredTensor> weights() override { return inference_.weights(); }

  private:
    ditto::Inference<ditto::Siamese<Network, Loss>, Device> inference_;
};

/// The network and the loss of these names on a device, for passes of up to `images` images.
template <class Device>
std::unique_ptr<FrozenNetwork> make_network_on(const std::string& network, const std::string& loss, std::size_t images,
                                               const Device& device) {
    return support::with_face_network(network, [&]<class Network>() {
        return ditto::with_loss(loss, "the loss", [&]<class Loss>(const Loss&) -> std::unique_ptr<FrozenNetwork> {
            return std::make_unique<FrozenNetworkOn<Network, Loss, Device>>(images, device);
        });
    });
}

/// The same on CUDA. Throws Error in a program built without it, or when there is no GPU.
std::unique_ptr<FrozenNetwork> make_cuda_network(const std::string& network, const std::string& loss,
                                                 std::size_t images, const Compute& compute);

}  // namespace support
