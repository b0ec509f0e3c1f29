// Siamese: one network that sees both images of a pair, and a loss on the two features.
#pragma once

#include <string>

#include "ditto/losses/loss.hpp"
#include "ditto/network/sequential.hpp"

namespace ditto {

/// How the two sides of a batch of pairs share BatchNorm's statistics. Either way the arithmetic is one pass over both.
namespace twin {
/// Each side has its own batch statistics, and the running averages take side 1, then side 2: what two passes through
/// one PyTorch module do.
struct separate {
    static constexpr std::size_t groups = 2;
};
/// Both sides share their batch statistics, as one pass over all images.
struct stacked {
    static constexpr std::size_t groups = 1;
};
}  // namespace twin

namespace detail {

// The loss is checked as if it were the network's last layer; a network that is broken itself has been reported
// already.
template <class Network, class Loss, bool Fits = !Network::valid || Loss::accepts(Network::Output::extents)>
struct HeadCheck {};
template <class Network, class Loss>
struct HeadCheck<Network, Loss, false>
    : Explanation<static_cast<int>(Network::layer_count) + 1, Loss, typename Network::Output>::type {};

}  // namespace detail

/// One set of weights for both images, by construction: the network's parameters and the loss's head, nothing twice.
/// Twin is twin::separate or twin::stacked.
template <class NetworkType, class LossType, class TwinType = twin::separate>
struct Siamese {
    static_assert(sizeof(detail::HeadCheck<NetworkType, LossType>) > 0);
    using Network = NetworkType;
    using Loss = LossType;
    using Twin = TwinType;
    using Input = typename Network::Input;
    using Features = Shape<static_cast<int>(Network::Output::size)>;

    static constexpr auto head = Loss::parameters(Features::extents);
    static constexpr std::size_t parameter_tensors = Network::parameter_tensors + head.size();

    /// Parameter `index` of the network, then of the head.
    static constexpr TensorInfo parameter(std::size_t index) {
        return index < Network::parameter_tensors ? Network::parameters[index].info
                                                  : head[index - Network::parameter_tensors];
    }
    static constexpr std::int64_t parameter_count = [] {
        std::int64_t total = Network::parameter_count;
        for (const TensorInfo& info : head) total += info.size();
        return total;
    }();

    /// The names that files and PyTorch use: "backbone.16.weight", "head.bias".
    static std::string parameter_name(std::size_t index) {
        return index < Network::parameter_tensors ? tensor_name(Network::parameters[index])
                                                  : "head." + std::string(parameter(index).name);
    }
    static std::string tensor_name(const NetworkTensor& tensor) {
        return "backbone." + std::to_string(tensor.layer) + "." + std::string(tensor.info.name);
    }
};

}  // namespace ditto
