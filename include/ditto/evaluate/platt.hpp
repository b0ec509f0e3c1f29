// From a score to the probability that a pair shows the same person.
//
// Platt: "Probabilistic outputs for support vector machines and comparisons to regularized likelihood methods", 1999: a
// logistic curve over the scores, fitted by maximum likelihood to targets a little inside 0 and 1. The fit is the
// Newton method of Lin, Lin, Weng: "A note on Platt's probabilistic outputs for support vector machines", 2007.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "ditto/core/error.hpp"
#include "ditto/core/pair_label.hpp"
#include "ditto/core/score_kind.hpp"
#include "ditto/evaluate/roc.hpp"

namespace ditto {

/// A logistic curve: log(p / (1 - p)) = slope * score + intercept.
struct Calibration {
    double slope = 0;
    double intercept = 0;

    /// The probability, in [0, 1], that a pair of this score shows the same person, where `same` and `different` pairs
    /// are as frequent as they were among the pairs of the fit.
    double probability(double score) const { return 1.0 / (1.0 + std::exp(-(slope * score + intercept))); }

    bool operator==(const Calibration&) const = default;
};

/// One line of text, such as "slope=-0.5 intercept=7.25", that parse_calibration() takes back exactly.
inline std::string to_string(const Calibration& calibration) {
    const auto exact = [](double value) {
        std::array<char, 32> text{};
        return std::string(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr);
    };
    return "slope=" + exact(calibration.slope) + " intercept=" + exact(calibration.intercept);
}

/// The calibration in a line that to_string() wrote. Throws Error if it is anything else.
inline Calibration parse_calibration(std::string_view text) {
    std::string_view rest = text;
    const auto read = [&](std::string_view name, double& value) {
        if (!rest.starts_with(name)) return false;
        const auto [end, failure] = std::from_chars(rest.data() + name.size(), rest.data() + rest.size(), value);
        rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
        return failure == std::errc{} && std::isfinite(value);
    };
    Calibration calibration;
    if (!read("slope=", calibration.slope) || !read(" intercept=", calibration.intercept) || !rest.empty())
        throw Error("calibration '" + std::string(text) + "' is not of the form '" + to_string(Calibration{-1, 0}) +
                    "'; it was written by another version or program: use that");
    return calibration;
}

namespace detail {

/// The fit's problem: scores of mean 0 and variance 1, so that one step of Newton's method suits both parameters.
class PlattFit {
  public:
    PlattFit(std::span<const double> scores, std::span<const PairLabel> labels) : scores_(scores), labels_(labels) {
        const auto count = static_cast<double>(scores.size());
        same_ = static_cast<double>(std::ranges::count(labels, PairLabel::same));
        different_ = count - same_;
        for (const double score : scores) mean_ += score / count;
        double variance = 0;
        for (const double score : scores) variance += (score - mean_) * (score - mean_) / count;
        spread_ = std::sqrt(variance);
    }

    /// The best curve that rises (direction 1) or falls (-1) with the score.
    Calibration best(double direction) const {
        // The mean of the targets is the best curve without a slope. The problem is convex: where the best curve of all
        // has the wrong direction, this is the best of those that do not.
        const double mean_target = (same_ * target(true) + different_ * target(false)) / (same_ + different_);
        const Calibration flat{0, std::log(mean_target / (1 - mean_target))};
        if (!(spread_ > 0)) return flat;
        const Calibration found = newton(flat);
        if (!(found.slope * direction > 0)) return flat;
        return {found.slope / spread_, found.intercept - found.slope * mean_ / spread_};
    }

  private:
    double target(bool same) const { return same ? (same_ + 1) / (same_ + 2) : 1 / (different_ + 2); }

    // visit(x, target, logit) for every pair.
    template <class Visit>
    void each(const Calibration& at, const Visit& visit) const {
        for (std::size_t i = 0; i < scores_.size(); ++i) {
            const double x = (scores_[i] - mean_) / spread_;
            visit(x, target(labels_[i] == PairLabel::same), at.slope * x + at.intercept);
        }
    }

    // The negative log likelihood, in a form that does not overflow.
    double loss(const Calibration& at) const {
        double sum = 0;
        each(at, [&](double, double target, double logit) {
            sum += std::max(logit, 0.0) - target * logit + std::log1p(std::exp(-std::abs(logit)));
        });
        return sum;
    }

    Calibration newton(Calibration at) const {
        constexpr int most_steps = 100;                     // about 6 are needed
        constexpr double ridge = 1e-12;                     // keeps the Hessian positive definite
        const double small = 1e-10 * (same_ + different_);  // of the gradient
        double here = loss(at);
        for (int step = 0; step < most_steps; ++step) {
            double g1 = 0, g2 = 0, h11 = ridge, h22 = ridge, h12 = 0;  // by slope, by intercept
            each(at, [&](double x, double target, double logit) {
                const double p = Calibration{1, 0}.probability(logit), weight = p * (1 - p);
                g1 += x * (p - target);
                g2 += p - target;
                h11 += x * x * weight;
                h22 += weight;
                h12 += x * weight;
            });
            if (std::abs(g1) < small && std::abs(g2) < small) break;
            const double determinant = h11 * h22 - h12 * h12;
            const double by_slope = -(h22 * g1 - h12 * g2) / determinant;
            const double by_intercept = -(h11 * g2 - h12 * g1) / determinant;
            const double descent = g1 * by_slope + g2 * by_intercept;
            bool better = false;
            for (double size = 1; size > 1e-10 && !better; size /= 2) {
                const Calibration next{at.slope + size * by_slope, at.intercept + size * by_intercept};
                const double there = loss(next);
                better = there < here + 1e-4 * size * descent;
                if (better) at = next, here = there;
            }
            if (!better) break;  // rounding is all that is left
        }
        return at;
    }

    std::span<const double> scores_;
    std::span<const PairLabel> labels_;
    double same_ = 0, different_ = 0, mean_ = 0, spread_ = 0;
};

}  // namespace detail

/// The calibration that makes `scores` [pairs] of known `labels` most likely, of those that give a pair that is more
/// alike no smaller a probability. Scores that tell nothing, or the contrary of the labels, give slope 0: every pair
/// has then the share of `same` pairs. The pairs should have had no part in training: there a network is too sure.
/// Throws Error when a score is not finite, naming the pair, or when there are not pairs of both kinds.
inline Calibration fit_platt(std::span<const double> scores, std::span<const PairLabel> labels, ScoreKind kind) {
    detail::require_scores(scores, labels);
    for (const PairLabel wanted : {PairLabel::same, PairLabel::different})
        if (std::ranges::find(labels, wanted) == labels.end())
            throw Error("of " + std::to_string(labels.size()) + " pairs none is labelled " +
                        (wanted == PairLabel::same ? "same" : "different") + "; a calibration needs both kinds");
    return detail::PlattFit(scores, labels).best(kind == ScoreKind::distance ? -1 : 1);
}

}  // namespace ditto
