// ConcatBceLoss: binary cross entropy of a linear layer on both images' features.
#pragma once

#include <cstddef>
#include <string_view>

#include "ditto/losses/cross_entropy/cross_entropy_loss.hpp"

namespace ditto {

/// The head's view of a pair: the left features, then the right ones.
struct ConcatHead {
    /// See CrossEntropyLoss, as for all here.
    static constexpr std::size_t inputs(std::size_t features) { return 2 * features; }
    /// Input j of the head.
    template <class A>
    static constexpr double input(const PairFeatures<A>& pair, std::size_t j) {
        return j < pair.size ? pair.left(j) : pair.right(j - pair.size);
    }
    /// What feature i adds to the logit.
    template <class T, class A>
    static constexpr double product(const T* weight, const PairFeatures<A>& pair, std::size_t i) {
        return static_cast<double>(weight[i]) * pair.left(i) +
               static_cast<double>(weight[pair.size + i]) * pair.right(i);
    }
    /// The derivatives by feature i, `slope` being that by the logit.
    template <class T, class A>
    static constexpr FeatureGradients gradients(const T* weight, const PairFeatures<A>& pair, std::size_t i,
                                                double slope) {
        return {slope * static_cast<double>(weight[i]), slope * static_cast<double>(weight[pair.size + i])};
    }
};

/// Mean binary cross entropy of sigmoid(w . concat(left, right) + b), computed from the logit. Owns the head
/// Linear<2 * features, 1>; its score is the probability that a pair is the same person.
struct ConcatBceLoss : CrossEntropyLoss<ConcatHead> {
    static constexpr std::string_view name = "bce";
};

}  // namespace ditto
