// DifferenceBceLoss: binary cross entropy of a linear layer on how far apart both images' features are, one by one.
#pragma once

#include <string_view>

#include "ditto/losses/binary_cross_entropy.hpp"

namespace ditto {

/// Mean binary cross entropy of sigmoid(w . |left - right| + b), computed from the logit. Owns the head
/// Linear<features, 1>; its score is the probability that a pair is the same person, whichever image comes first. The
/// gradient of |x| at 0 is defined as 0. Koch, Zemel, Salakhutdinov: "Siamese neural networks for one-shot image
/// recognition", ICML Deep Learning Workshop 2015.
struct DifferenceBceLoss : Loss {
    static constexpr std::string_view name = "difference";
    static constexpr ScoreKind score_kind = ScoreKind::probability;

    static constexpr std::array<TensorInfo, 2> parameters(Extents features) {
        return detail::linear_head(features.size());
    }
};

}  // namespace ditto
