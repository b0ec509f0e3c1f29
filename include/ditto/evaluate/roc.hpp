// Receiver operating characteristic of scored pairs: every trade between wrong accepts and wrong rejects that a
// threshold can make, and the figures that sum it up.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/core/pair_label.hpp"
#include "ditto/core/score_kind.hpp"

namespace ditto {

namespace detail {
[[noreturn]] inline void refuse_nan(double threshold, double score) {
    throw Error("a pair of the score " + std::to_string(score) + " cannot be decided by the threshold " +
                std::to_string(threshold) + "; look at what made them");
}
}  // namespace detail

/// Is a pair of this score taken for the same person? The threshold itself is. Throws Error where one is NaN.
constexpr bool accepts(ScoreKind kind, double threshold, double score) {
    if (score != score || threshold != threshold) detail::refuse_nan(threshold, score);
    return kind == ScoreKind::distance ? score <= threshold : score >= threshold;
}

/// What one threshold does.
struct RocPoint {
    double threshold = 0;
    std::size_t true_accepts = 0;   ///< `same` pairs that it accepts
    std::size_t false_accepts = 0;  ///< `different` pairs that it accepts
};

/// The whole curve, from the threshold that accepts no pair to the one that accepts all.
struct RocCurve {
    std::vector<RocPoint> points;
    std::size_t same = 0;       ///< pairs
    std::size_t different = 0;  ///< pairs

    /// The share of `same` pairs that the point's threshold accepts.
    double true_accept_rate(const RocPoint& point) const {
        return static_cast<double>(point.true_accepts) / static_cast<double>(same);
    }
    /// The share of `different` pairs that it accepts.
    double false_accept_rate(const RocPoint& point) const {
        return static_cast<double>(point.false_accepts) / static_cast<double>(different);
    }
    /// The share of all pairs that the point's threshold gets right.
    double accuracy(const RocPoint& point) const {
        return static_cast<double>(point.true_accepts + different - point.false_accepts) /
               static_cast<double>(same + different);
    }

    /// The mean of the shares of `same` and of `different` pairs that the point's threshold gets right: both kinds
    /// count the same, however many there are of each.
    double balanced_accuracy(const RocPoint& point) const {
        return 0.5 * (true_accept_rate(point) + 1.0 - false_accept_rate(point));
    }
    /// The accuracy of always giving the more frequent answer, which needs no network.
    double base_rate() const {
        return static_cast<double>(std::max(same, different)) / static_cast<double>(same + different);
    }

    /// The area under the curve: the probability that a `same` pair scores better than a `different` one, ties counting
    /// one half.
    double area() const {
        // Twice the area of the trapezoids, in pairs: whole numbers, so that nothing is rounded.
        std::size_t twice = 0;
        for (std::size_t i = 1; i < points.size(); ++i)
            twice += (points[i].false_accepts - points[i - 1].false_accepts) *
                     (points[i].true_accepts + points[i - 1].true_accepts);
        return static_cast<double>(twice) / (2.0 * static_cast<double>(same) * static_cast<double>(different));
    }

    /// The rate at which wrong accepts and wrong rejects are equally frequent, on the straight line between the two
    /// points where they change places.
    double equal_error_rate() const {
        const auto excess = [&](const RocPoint& point) {  // rises from -1 to 1
            return false_accept_rate(point) + true_accept_rate(point) - 1;
        };
        const auto after = std::ranges::find_if(points, [&](const RocPoint& point) { return excess(point) >= 0; });
        const RocPoint &right = *after, &left = *(after - 1);  // the first point's excess is -1
        const double share = excess(left) / (excess(left) - excess(right));
        return std::lerp(false_accept_rate(left), false_accept_rate(right), share);
    }

    /// The true accept rate (TAR) at a false accept rate (FAR) of at most `limit`: the best that one of the thresholds
    /// really reaches. No interpolation: with fewer than 1 / limit `different` pairs, no wrong accept is allowed.
    double true_accept_rate_at(double limit) const {
        const auto above =
            std::ranges::find_if(points, [&](const RocPoint& point) { return false_accept_rate(point) > limit; });
        return true_accept_rate(*(above - 1));
    }

    /// The point of highest accuracy; of several, the one that accepts the fewest pairs.
    const RocPoint& most_accurate() const {
        return *std::ranges::max_element(points, {}, [](const RocPoint& point) {
            return static_cast<std::ptrdiff_t>(point.true_accepts) - static_cast<std::ptrdiff_t>(point.false_accepts);
        });
    }

    /// The point of highest balanced accuracy; of several, the one that accepts the fewest pairs. Where few pairs are
    /// `same`, the most accurate one may be that which accepts none.
    const RocPoint& most_balanced() const {
        return *std::ranges::max_element(points, {},
                                         [&](const RocPoint& point) {  // in whole numbers: nothing is rounded
                                             return static_cast<std::ptrdiff_t>(point.true_accepts * different) -
                                                    static_cast<std::ptrdiff_t>(point.false_accepts * same);
                                         });
    }
};

namespace detail {
/// Throws Error unless there is a label for each score, every score is a finite number, and every label one of the two.
inline void require_scores(std::span<const double> scores, std::span<const PairLabel> labels) {
    if (scores.size() != labels.size())
        throw Error("there are " + std::to_string(scores.size()) + " scores for " + std::to_string(labels.size()) +
                    " labels; give one for each pair");
    const auto bad = std::ranges::find_if_not(scores, [](double score) { return std::isfinite(score); });
    if (bad != scores.end())
        throw Error("the score of pair " + std::to_string(bad - scores.begin()) + " (counted from 0) is " +
                    std::to_string(*bad) + ", no finite number; check the weights and the pair's images");
    const auto unlabelled = std::ranges::find_if_not(labels, is_pair_label);
    if (unlabelled != labels.end())
        throw Error("the label of pair " + std::to_string(unlabelled - labels.begin()) + " (counted from 0) is " +
                    std::to_string(static_cast<int>(*unlabelled)) + "; a PairLabel is different (0) or same (1)");
}
}  // namespace detail

/// The share of pairs that a given threshold gets right. Throws Error when there is no pair, or a score is not finite.
inline double accuracy_at(std::span<const double> scores, std::span<const PairLabel> labels, ScoreKind kind,
                          double threshold) {
    detail::require_scores(scores, labels);
    if (scores.empty()) throw Error("there are no pairs to measure the accuracy on; give at least one");
    std::size_t right = 0;
    for (std::size_t i = 0; i < scores.size(); ++i)
        right += accepts(kind, threshold, scores[i]) == (labels[i] == PairLabel::same);
    return static_cast<double>(right) / static_cast<double>(scores.size());
}

/// The mean of the shares of `same` and of `different` pairs that a given threshold gets right. Throws Error when there
/// are not pairs of both kinds, or a score is not finite.
inline double balanced_accuracy_at(std::span<const double> scores, std::span<const PairLabel> labels, ScoreKind kind,
                                   double threshold) {
    detail::require_scores(scores, labels);
    std::array<double, 2> right{}, count{};  // [label]
    for (std::size_t i = 0; i < scores.size(); ++i) {
        const auto label = static_cast<std::size_t>(labels[i]);
        right[label] += accepts(kind, threshold, scores[i]) == (labels[i] == PairLabel::same);
        ++count[label];
    }
    if (count[0] == 0 || count[1] == 0)
        throw Error("a balanced accuracy needs `same` and `different` pairs; give both, or fewer folds");
    return 0.5 * (right[0] / count[0] + right[1] / count[1]);
}

/// The curve of scored pairs, in O(pairs log pairs). Thresholds lie midway between neighbouring scores, equal scores
/// are never parted; the first threshold accepts nothing, the last is the score that is least like `same`. Throws Error
/// when a score is not finite, naming the pair, or when there are not pairs of both kinds.
inline RocCurve roc_curve(std::span<const double> scores, std::span<const PairLabel> labels, ScoreKind kind) {
    detail::require_scores(scores, labels);
    RocCurve curve;
    curve.same = static_cast<std::size_t>(std::ranges::count(labels, PairLabel::same));
    curve.different = labels.size() - curve.same;
    if (curve.same == 0 || curve.different == 0)
        throw Error("of " + std::to_string(labels.size()) + " pairs none is labelled " +
                    (curve.same == 0 ? "same" : "different") + "; an evaluation needs both kinds");

    // Scores that are better when larger are negated: what is accepted always comes first.
    const double sign = kind == ScoreKind::distance ? 1 : -1;
    std::vector<std::size_t> order(scores.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t i) { return sign * scores[i]; });
    const auto score = [&](std::size_t rank) { return sign * scores[order[rank]]; };

    RocPoint point{sign * std::nextafter(score(0), -std::numeric_limits<double>::infinity())};
    curve.points.push_back(point);
    for (std::size_t rank = 0; rank < order.size(); ++rank) {
        ++(labels[order[rank]] == PairLabel::same ? point.true_accepts : point.false_accepts);
        const double here = score(rank), next = rank + 1 < order.size() ? score(rank + 1) : here;
        if (next == here && rank + 1 < order.size()) continue;
        // Between neighbouring doubles the midpoint is one of the two, and the next score must not be accepted.
        const double middle = std::midpoint(here, next);
        point.threshold = sign * (middle < next ? middle : here);
        curve.points.push_back(point);
    }
    return curve;
}

}  // namespace ditto
