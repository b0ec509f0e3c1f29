// Losses that are a function of the Euclidean distance of a pair's features.
#pragma once

#include "ditto/losses/loss.hpp"

namespace ditto {

/// Base of such a loss, which has no head, whose score is the distance D, and which adds only
///   PairTerm term(double distance, bool same) const;
/// with a pair's loss, and as slope the loss's derivative by D divided by D: then the gradient of the left features is
/// slope (left - right), defined where D is 0. Every device takes the loss from there.
struct DistanceLoss : Loss {
    static constexpr ScoreKind score_kind = ScoreKind::distance;
};

}  // namespace ditto
