// ConcatBceLoss: binary cross entropy of a linear layer on both images' features.
#pragma once

#include <string_view>

#include "ditto/core/constexpr_math.hpp"
#include "ditto/losses/loss.hpp"

namespace ditto {

/// Mean binary cross entropy of sigmoid(w . concat(left, right) + b), computed from the logit. Owns the head
/// Linear<2 * features, 1>; its score is the probability that a pair is the same person.
struct ConcatBceLoss : Loss {
    static constexpr std::string_view name = "bce";
    static constexpr ScoreKind score_kind = ScoreKind::probability;

    static constexpr std::array<TensorInfo, 2> parameters(Extents features) {
        const std::int64_t inputs = 2 * features.size();
        const auto initial = Initialization::uniform(1.0 / detail::constexpr_sqrt(static_cast<double>(inputs)));
        return {{{"weight", 2, {1, inputs}, {0, 1, 2, 3}, initial}, {"bias", 1, {1}, {0, 1, 2, 3}, initial}}};
    }
};

}  // namespace ditto
