// How far the figures of an evaluation would move if other pairs of the same kind had been taken.
//
// The bootstrap (Efron: "Bootstrap methods: another look at the jackknife", 1979): the same figures of many resamples,
// each of as many pairs as there are, drawn from them with replacement; their standard deviation is the standard error.
// The `same` pairs and the `different` ones are resampled separately, as their numbers are the list's choice.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "ditto/core/random.hpp"
#include "ditto/evaluate/roc.hpp"

namespace ditto {

/// The standard error of each figure.
struct StandardErrors {
    std::optional<double> accuracy;         ///< at a threshold that was fixed before
    double area = 0;                        ///< see RocCurve
    double equal_error_rate = 0;            ///< see RocCurve
    std::vector<double> true_accept_rates;  ///< [limits] see RocCurve::true_accept_rate_at
};

namespace detail {

/// Resamples of a curve, in a pass over its points: the order of the scores is known.
class CurveResampler {
  public:
    explicit CurveResampler(const RocCurve& curve) : resampled_(curve) {
        for (std::uint32_t i = 1; i < curve.points.size(); ++i) {
            same_.resize(curve.points[i].true_accepts, i);
            different_.resize(curve.points[i].false_accepts, i);
        }
    }

    /// The curve of resampled pairs, at the thresholds of the original; valid until the next one.
    const RocCurve& draw(Random random) {
        for (RocPoint& point : resampled_.points) point.true_accepts = point.false_accepts = 0;
        for (std::size_t i = 0; i < same_.size(); ++i) ++resampled_.points[drawn(same_, random)].true_accepts;
        for (std::size_t i = 0; i < different_.size(); ++i)
            ++resampled_.points[drawn(different_, random)].false_accepts;
        for (std::size_t i = 1; i < resampled_.points.size(); ++i) {
            resampled_.points[i].true_accepts += resampled_.points[i - 1].true_accepts;
            resampled_.points[i].false_accepts += resampled_.points[i - 1].false_accepts;
        }
        return resampled_;
    }

  private:
    static std::uint32_t drawn(const std::vector<std::uint32_t>& pairs, Random& random) {
        return pairs[random.below(static_cast<std::uint32_t>(pairs.size()))];
    }

    RocCurve resampled_;
    std::vector<std::uint32_t> same_, different_;  // of every pair, the first of the curve's points that accepts it
};

inline double standard_deviation(std::span<const double> values) {
    const auto count = static_cast<double>(values.size());
    double sum = 0, squares = 0;  // of the differences from the first value: exactly 0 where all are equal
    for (const double value : values) {
        sum += value - values[0];
        squares += (value - values[0]) * (value - values[0]);
    }
    return std::sqrt(std::max(squares - sum * sum / count, 0.0) / (count - 1));
}

}  // namespace detail

/// The standard errors of scored pairs' figures: of the accuracy at `threshold`, where there is one, and of the true
/// accept rate at each of `limits`. They are themselves known to 1 / sqrt(2 * resamples), 2 % by default; the same seed
/// gives the same numbers. Pairs count as independent: where many share an image, the truth is larger. 0 means that no
/// resample differed, as with scores without any error, not that the figure is exact. `resamples` must be at least 2.
/// Throws Error as roc_curve() does. O(resamples * pairs).
inline StandardErrors standard_errors(std::span<const double> scores, std::span<const PairLabel> labels, ScoreKind kind,
                                      const std::optional<double>& threshold, std::span<const double> limits,
                                      std::uint64_t seed = 0, std::uint32_t resamples = 1000) {
    const RocCurve curve = roc_curve(scores, labels, kind);
    // The point of the curve that accepts what the threshold accepts.
    std::size_t at_threshold = 0;
    if (threshold) {
        const auto accepted = static_cast<std::size_t>(
            std::ranges::count_if(scores, [&](double score) { return accepts(kind, *threshold, score); }));
        while (curve.points[at_threshold].true_accepts + curve.points[at_threshold].false_accepts < accepted)
            ++at_threshold;
    }

    std::vector<double> accuracies, areas, equal_error_rates;  // [resamples]
    std::vector<std::vector<double>> true_accept_rates(limits.size());
    detail::CurveResampler resampler(curve);
    for (std::uint32_t i = 0; i < resamples; ++i) {
        const RocCurve& resampled = resampler.draw(Random(seed, RandomPurpose::bootstrap, 0, i));
        accuracies.push_back(resampled.accuracy(resampled.points[at_threshold]));
        areas.push_back(resampled.area());
        equal_error_rates.push_back(resampled.equal_error_rate());
        for (std::size_t limit = 0; limit < limits.size(); ++limit)
            true_accept_rates[limit].push_back(resampled.true_accept_rate_at(limits[limit]));
    }

    StandardErrors errors;
    if (threshold) errors.accuracy = detail::standard_deviation(accuracies);
    errors.area = detail::standard_deviation(areas);
    errors.equal_error_rate = detail::standard_deviation(equal_error_rates);
    for (const auto& rates : true_accept_rates) errors.true_accept_rates.push_back(detail::standard_deviation(rates));
    return errors;
}

}  // namespace ditto
