// The frozen face network with a loss, on the device that a program's options ask for.
#pragma once

#include <cstddef>
#include <ditto/network/face_network.hpp>
#include <ditto/network/inference.hpp>
#include <ditto/network/siamese.hpp>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "compute.hpp"

namespace support {

/// ditto's Inference, whatever its loss and device.
class FrozenNetwork {
  public:
    virtual ~FrozenNetwork() = default;
    virtual void embed(std::span<const float> images, std::span<float> features) = 0;
    virtual void score(std::span<const float> left, std::span<const float> right, std::span<double> scores) const = 0;
    virtual std::vector<ditto::StoredTensor> weights() = 0;
};

template <class Loss, class Device>
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
    ditto::Inference<ditto::Siamese<ditto::FaceNetwork, Loss>, Device> inference_;
};

/// With the loss of that name, for passes of up to `images` images on CUDA. Throws Error in a program built without it,
/// or when there is no GPU.
std::unique_ptr<FrozenNetwork> make_cuda_network(const std::string& loss, std::size_t images, const Compute& compute);

}  // namespace support
