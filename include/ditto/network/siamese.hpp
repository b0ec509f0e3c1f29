// Siamese: one network that sees both images of a pair, and a loss on the two features.
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

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

/// A twin policy: twin::separate or twin::stacked.
template <class T>
concept TwinPolicy = requires {
    { T::groups } -> std::convertible_to<std::size_t>;
};

/// The error of a first argument of Siamese that is no network.
template <class Given>
struct not_a_network {
    static_assert(
        sizeof(Given*) == 0,
        "ditto: the first argument of Siamese is a network, a Sequential<Shape<...>, layers...>; the loss comes "
        "second");
};
/// The error of a second argument of Siamese that is no loss.
template <class Given>
struct not_a_loss {
    static_assert(
        sizeof(Given*) == 0,
        "ditto: the second argument of Siamese is a loss: ContrastiveLoss, ConcatBceLoss, DifferenceBceLoss, or a "
        "type of yours that derives from ditto::Loss with name and score_kind");
};
/// The error of a third argument of Siamese that is no twin policy.
template <class Given>
struct not_a_twin_policy {
    static_assert(sizeof(Given*) == 0,
                  "ditto: the third argument of Siamese is a twin policy: twin::separate or twin::stacked");
};
/// The error of a loss with more parameters than a call has room for.
template <class Loss>
struct too_many_head_tensors {
    static_assert(sizeof(Loss*) == 0, "ditto: this loss has more parameters than max_layer_tensors");
};

namespace detail {

// What stands for an argument that is wrong, once the error has been given.
using NoNetwork = Sequential<Shape<1>, NoLayer>;
struct NoLoss : Loss {
    static constexpr std::string_view name = "none";
    static constexpr ScoreKind score_kind = ScoreKind::distance;
};
template <class T>
using NetworkOrNone = std::conditional_t<is_sequential<T>, T, NoNetwork>;
template <class T>
using LossOrNone = std::conditional_t<LossDescription<T>, T, NoLoss>;

enum class SiameseProblem { none, network, loss, twin, head_tensors, head_shape };

// What is wrong with the arguments of Siamese. (A network that is broken itself has been reported already.)
template <class Network, class Loss, class Twin>
constexpr SiameseProblem siamese_problem() {
    if (!is_sequential<Network>) return SiameseProblem::network;
    if (!LossDescription<Loss>) return SiameseProblem::loss;
    if (!TwinPolicy<Twin>) return SiameseProblem::twin;
    if (!NetworkOrNone<Network>::valid) return SiameseProblem::none;
    constexpr Extents features = NetworkOrNone<Network>::Output::extents;
    if (!LossOrNone<Loss>::accepts(features)) return SiameseProblem::head_shape;
    if (LossOrNone<Loss>::parameters(features).size() > max_layer_tensors) return SiameseProblem::head_tensors;
    return SiameseProblem::none;
}

template <SiameseProblem Problem, class Network, class Loss, class Twin>
struct SiameseCheck {
    using type = char;
};
template <class Network, class Loss, class Twin>
struct SiameseCheck<SiameseProblem::network, Network, Loss, Twin> {
    using type = not_a_network<Network>;
};
template <class Network, class Loss, class Twin>
struct SiameseCheck<SiameseProblem::loss, Network, Loss, Twin> {
    using type = not_a_loss<Loss>;
};
template <class Network, class Loss, class Twin>
struct SiameseCheck<SiameseProblem::twin, Network, Loss, Twin> {
    using type = not_a_twin_policy<Twin>;
};
template <class Network, class Loss, class Twin>
struct SiameseCheck<SiameseProblem::head_tensors, Network, Loss, Twin> {
    using type = too_many_head_tensors<Loss>;
};
// The loss is checked as if it were the network's last layer.
template <class Network, class Loss, class Twin>
struct SiameseCheck<SiameseProblem::head_shape, Network, Loss, Twin> {
    using type = typename Explanation<static_cast<int>(Network::layer_count) + 1, Loss, typename Network::Output>::type;
};

}  // namespace detail

/// One set of weights for both images, by construction: the network's parameters and the loss's head, nothing twice.
/// Twin is twin::separate or twin::stacked. What is no network, loss or twin policy, and a loss that cannot take the
/// network's features, is one compile-time error.
template <class NetworkType, class LossType, class TwinType = twin::separate>
struct Siamese {
  private:
    static_assert(sizeof(NetworkType) > 0);  // a broken network gives its error here
    static constexpr detail::SiameseProblem problem = detail::siamese_problem<NetworkType, LossType, TwinType>();
    static_assert(sizeof(typename detail::SiameseCheck<problem, NetworkType, LossType, TwinType>::type) > 0);

  public:
    using Network = detail::NetworkOrNone<NetworkType>;
    using Loss = detail::LossOrNone<LossType>;
    using Twin = std::conditional_t<TwinPolicy<TwinType>, TwinType, twin::separate>;
    using Input = typename Network::Input;
    /// False where an error has been reported already.
    static constexpr bool valid = problem == detail::SiameseProblem::none && Network::valid;
    using Features = Shape<valid ? static_cast<int>(Network::Output::size) : 1>;

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
    /// A tensor's name in files: "backbone.0.weight".
    static std::string tensor_name(const NetworkTensor& tensor) {
        return "backbone." + std::to_string(tensor.layer) + "." + std::string(tensor.info.name);
    }
};

}  // namespace ditto
