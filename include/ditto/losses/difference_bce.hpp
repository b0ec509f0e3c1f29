// DifferenceBceLoss: binary cross entropy of a linear layer on how far apart both images' features are, one by one.
#pragma once

#include <cmath>
#include <cstddef>
#include <string_view>

#include "ditto/losses/cross_entropy/cross_entropy_loss.hpp"

namespace ditto {

/// The head's view of a pair: the distance of each feature.
struct DifferenceHead {
    /// See CrossEntropyLoss, as for all here.
    static constexpr std::size_t inputs(std::size_t features) { return features; }
    /// Input j of the head.
    template <class A>
    static constexpr double input(const PairFeatures<A>& pair, std::size_t j) {
        return std::fabs(pair.difference(j));
    }
    /// What feature i adds to the logit.
    template <class T, class A>
    static constexpr double product(const T* weight, const PairFeatures<A>& pair, std::size_t i) {
        return static_cast<double>(weight[i]) * input(pair, i);
    }
    /// The derivatives by feature i, `slope` being that by the logit.
    template <class T, class A>
    static constexpr FeatureGradients gradients(const T* weight, const PairFeatures<A>& pair, std::size_t i,
                                                double slope) {
        const double apart = pair.difference(i), sign = apart > 0.0 ? 1.0 : apart < 0.0 ? -1.0 : 0.0;
        const double gradient = slope * static_cast<double>(weight[i]) * sign;
        return {gradient, -gradient};
    }
};

/// Mean binary cross entropy of sigmoid(w . |left - right| + b), computed from the logit. Owns the head
/// Linear<features, 1>; its score is the probability that a pair is the same person, whichever image comes first. The
/// gradient of |x| at 0 is defined as 0. Koch, Zemel, Salakhutdinov: "Siamese neural networks for one-shot image
/// recognition", ICML Deep Learning Workshop 2015.
struct DifferenceBceLoss : CrossEntropyLoss<DifferenceHead> {
    static constexpr std::string_view name = "difference";
};

}  // namespace ditto
