// Metrics of an epoch of training, and what they warn of.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/core/number_text.hpp"
#include "ditto/core/pair_label.hpp"
#include "ditto/evaluate/roc.hpp"
#include "ditto/losses/loss.hpp"

namespace ditto {

/// Metrics of one epoch, from its training steps: each pair's score is taken before the step's update, with the batch's
/// statistics and augmentation. NaN where something is not defined.
struct EpochMetrics {
    static constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

    std::size_t pairs = 0;
    double loss = undefined;       ///< mean over the pairs
    double threshold = undefined;  ///< of distances: the most accurate on these very scores; of probabilities: 0.5
    /// The mean of the shares of same and of different pairs that `threshold` tells right, so that both kinds count the
    /// same however many there are of each; for distances on the optimistic side.
    double accuracy = undefined;
    double equal_error_rate = undefined;  ///< see RocCurve
    double mean_same = undefined;         ///< mean score (see ScoreKind) of the same pairs
    double mean_different = undefined;    ///< mean score of the different pairs
    double score_deviation = undefined;   ///< standard deviation of all scores
    double active_negatives = undefined;  ///< share of the different pairs that are inside the margin, if there is one
};

/// Collects the scores of an epoch's steps. Allocates nothing after construction while no epoch has more pairs.
class EpochRecorder {
  public:
    /// For epochs of up to `pairs` pairs; `margin` is the loss's, if it has one.
    EpochRecorder(ScoreKind kind, std::optional<double> margin, std::size_t pairs) : kind_(kind), margin_(margin) {
        scores_.reserve(pairs);
        labels_.reserve(pairs);
    }

    /// Adds a step with its mean loss.
    void add(double loss, std::span<const double> scores, std::span<const PairLabel> labels) {
        append(scores, labels);
        loss_sum_ += loss * static_cast<double>(labels.size());
    }

    /// Continues an epoch of which these pairs have been recorded already.
    void resume(double loss_sum, std::span<const double> scores, std::span<const PairLabel> labels) {
        clear();
        append(scores, labels);
        loss_sum_ = loss_sum;
    }

    /// Forgets all pairs: a new epoch begins.
    void clear() {
        scores_.clear();
        labels_.clear();
        loss_sum_ = 0.0;
        kinds_ = {};
        active_ = 0;
    }

    std::span<const double> scores() const { return scores_; }                     ///< [pairs]
    std::span<const PairLabel> labels() const { return labels_; }                  ///< [pairs]
    std::size_t pairs() const { return labels_.size(); }                           ///< that were added
    double loss_sum() const { return loss_sum_; }                                  ///< over the pairs
    double mean_loss() const { return loss_sum_ / static_cast<double>(pairs()); }  ///< over the pairs

    std::size_t negatives() const { return kinds_[0].count; }  ///< different pairs so far
    std::size_t active_negatives() const { return active_; }   ///< those of them inside the margin

    /// How many pairs are the latest.
    static constexpr std::size_t recent_pairs = 1000;

    /// Accuracy of the latest pairs, at most `most` of them: see EpochMetrics::accuracy.
    double recent_accuracy(std::size_t most = recent_pairs) const {
        const std::size_t count = std::min(most, pairs());
        EpochMetrics metrics;
        measure(metrics, scores().last(count), labels().last(count));
        return metrics.accuracy;
    }

    /// The metrics of all pairs so far.
    EpochMetrics metrics() const {
        EpochMetrics metrics;
        metrics.pairs = pairs();
        if (pairs() == 0) return metrics;
        metrics.loss = mean_loss();
        metrics.mean_different = kinds_[0].sum / static_cast<double>(kinds_[0].count);
        metrics.mean_same = kinds_[1].sum / static_cast<double>(kinds_[1].count);
        double squares = 0.0;
        const double mean = (kinds_[0].sum + kinds_[1].sum) / static_cast<double>(pairs());
        for (const double score : scores_) squares += (score - mean) * (score - mean);
        metrics.score_deviation = std::sqrt(squares / static_cast<double>(pairs()));
        if (margin_) metrics.active_negatives = static_cast<double>(active_) / static_cast<double>(negatives());
        measure(metrics, scores(), labels());
        return metrics;
    }

  private:
    struct Kind {
        std::size_t count = 0;
        double sum = 0.0;  // of scores
    };

    void append(std::span<const double> scores, std::span<const PairLabel> labels) {
        for (const PairLabel label : labels)
            if (!detail::is_pair_label(label))
                throw Error("metrics got the label " + std::to_string(static_cast<int>(label)) +
                            "; a PairLabel is different (0) or same (1)");
        scores_.insert(scores_.end(), scores.begin(), scores.end());
        labels_.insert(labels_.end(), labels.begin(), labels.end());
        for (std::size_t i = 0; i < labels.size(); ++i) {
            Kind& kind = kinds_[static_cast<std::size_t>(labels[i])];
            ++kind.count;
            kind.sum += scores[i];
            active_ += margin_ && labels[i] == PairLabel::different && scores[i] < *margin_;
        }
    }

    // Threshold, accuracy and equal error rate of some pairs; the latter two stay undefined without pairs of both
    // kinds.
    void measure(EpochMetrics& metrics, std::span<const double> scores, std::span<const PairLabel> labels) const {
        if (kind_ == ScoreKind::probability) metrics.threshold = 0.5;
        const auto same = std::ranges::count(labels, PairLabel::same);
        if (same == 0 || same == std::ssize(labels)) return;
        const RocCurve curve = roc_curve(scores, labels, kind_);
        const RocPoint point = kind_ == ScoreKind::distance ? curve.most_balanced() : accepted(scores, labels, 0.5);
        metrics.threshold = point.threshold;
        metrics.accuracy = curve.balanced_accuracy(point);
        metrics.equal_error_rate = curve.equal_error_rate();
    }

    RocPoint accepted(std::span<const double> scores, std::span<const PairLabel> labels, double threshold) const {
        RocPoint point{threshold};
        for (std::size_t i = 0; i < scores.size(); ++i)
            if (accepts(kind_, threshold, scores[i]))
                ++(labels[i] == PairLabel::same ? point.true_accepts : point.false_accepts);
        return point;
    }

    ScoreKind kind_;
    std::optional<double> margin_;
    std::vector<double> scores_;
    std::vector<PairLabel> labels_;
    double loss_sum_ = 0.0;        // over pairs
    std::array<Kind, 2> kinds_{};  // [label]
    std::size_t active_ = 0;
};

/// What to tell the user when no different pair is inside the margin: those pairs then teach the network nothing.
inline std::string margin_warning(double margin, double mean_different) {
    return "no different pair is inside the margin " + detail::fixed(margin, 3) + ": their mean distance is " +
           detail::fixed(mean_different, 3) + ", so only same pairs train the network; raise the margin to about that";
}

/// A warning when the network tells no two images apart: distances within 5 % of the margin from 0, or probabilities
/// that are all the same to 1 %. Nothing when all is well.
inline std::optional<std::string> collapse_warning(const EpochMetrics& metrics, ScoreKind kind,
                                                   std::optional<double> margin) {
    const std::string means = "same pairs " + detail::fixed(metrics.mean_same, 4) + ", different pairs " +
                              detail::fixed(metrics.mean_different, 4);
    if (kind == ScoreKind::distance && margin && std::max(metrics.mean_same, metrics.mean_different) < 0.05 * *margin)
        return "all features collapse to one point (mean distances: " + means +
               "); lower the learning rate or raise the margin";
    if (kind == ScoreKind::probability && metrics.score_deviation < 0.01)
        return "every pair gets the same probability (means: " + means + "); lower the learning rate";
    return std::nullopt;
}

}  // namespace ditto
