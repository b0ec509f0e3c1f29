// ContrastiveLoss: same pairs are drawn together, different pairs pushed out of a margin.
#pragma once

#include <limits>
#include <string>
#include <string_view>

#include "ditto/core/error.hpp"
#include "ditto/losses/distance/distance_loss.hpp"

namespace ditto {

/// Mean over pairs of y D^2 + (1 - y) max(0, margin - D)^2, where D is the Euclidean distance of the features and y is
/// 1 for a same pair. The gradient at D = 0 is defined as 0. Hadsell, Chopra, LeCun: "Dimensionality reduction by
/// learning an invariant mapping", CVPR 2006.
struct ContrastiveLoss : DistanceLoss {
    static constexpr std::string_view name = "contrastive";

    double margin;  ///< greater than 0, in the unit of the features

    /// With the margin. Throws Error unless it is finite and above 0.
    constexpr explicit ContrastiveLoss(double margin_of_different_pairs = 1.0) : margin(margin_of_different_pairs) {
        if (!(margin > 0.0 && margin <= std::numeric_limits<double>::max())) refuse(margin);
    }

    constexpr PairTerm term(double distance, bool same) const {
        if (same) return {distance * distance, 2.0};
        const double inside = margin - distance;
        const double gap = inside < 0.0 ? 0.0 : inside;  // NaN stays NaN, and is seen
        return {gap * gap, distance == 0.0 ? 0.0 : -2.0 * gap / distance};
    }

  private:
    [[noreturn]] static void refuse(double margin) {
        throw Error("a ContrastiveLoss got the margin " + std::to_string(margin) + "; give it a number above 0");
    }
};

}  // namespace ditto
