// ConcatBceLoss: binary cross entropy of a linear layer on both images' features.
#pragma once

#include <string_view>

#include "ditto/losses/binary_cross_entropy.hpp"

namespace ditto {

/// Mean binary cross entropy of sigmoid(w . concat(left, right) + b), computed from the logit. Owns the head
/// Linear<2 * features, 1>; its score is the probability that a pair is the same person.
struct ConcatBceLoss : Loss {
    static constexpr std::string_view name = "bce";
    static constexpr ScoreKind score_kind = ScoreKind::probability;

    static constexpr std::array<TensorInfo, 2> parameters(Extents features) {
        return detail::linear_head(2 * features.size());
    }
};

}  // namespace ditto
