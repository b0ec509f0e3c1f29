// Best-threshold accuracy by folds: no threshold is chosen on the pairs that it scores.
//
// LFW's protocol (Huang, Ramesh, Berg, Learned-Miller: "Labeled Faces in the Wild", 2007): for each fold, the threshold
// that is most accurate on all other folds; then the mean accuracy over the folds and its standard error.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/core/pair_label.hpp"
#include "ditto/evaluate/roc.hpp"

namespace ditto {

/// The fold of every pair, from 0 to folds - 1: the `same` pairs are cut, as they come, into `folds` runs whose sizes
/// differ by one at most, and so are the `different` pairs. Neighbours, which in lists often show one person, stay
/// together.
inline std::vector<std::uint32_t> make_folds(std::span<const PairLabel> labels, std::uint32_t folds) {
    std::array<std::size_t, 2> count{}, seen{};  // [label]
    for (const PairLabel label : labels) ++count[static_cast<std::size_t>(label)];
    std::vector<std::uint32_t> fold_of_pair;
    fold_of_pair.reserve(labels.size());
    for (const PairLabel label : labels) {
        const auto kind = static_cast<std::size_t>(label);
        fold_of_pair.push_back(static_cast<std::uint32_t>(seen[kind]++ * folds / count[kind]));
    }
    return fold_of_pair;
}

/// What an accuracy by folds is the share of: of all pairs, as in LFW's protocol, or the mean of the shares of `same`
/// and of `different` pairs, for lists that have many more of one kind.
enum class AccuracyKind { plain, balanced };

/// One fold's result.
struct FoldAccuracy {
    double threshold = 0;  ///< chosen on the other folds
    double accuracy = 0;   ///< on this fold
};

/// The results of all folds.
struct FoldedAccuracy {
    std::vector<FoldAccuracy> folds;
    double mean = 0;
    double standard_error = 0;  ///< of the mean: sample standard deviation / sqrt(folds)
};

/// Accuracy of each fold at the threshold that is best on the others, both of `accuracy` kind. `fold_of_pair`: 0 to
/// folds - 1 for each pair. Throws Error when a score is not finite, naming the pair; when there are fewer than two
/// folds or one is empty; and when the pairs outside a fold, or for balanced accuracy in it, are all of one kind.
inline FoldedAccuracy folded_accuracy(std::span<const double> scores, std::span<const PairLabel> labels, ScoreKind kind,
                                      std::span<const std::uint32_t> fold_of_pair,
                                      AccuracyKind accuracy = AccuracyKind::plain) {
    detail::require_scores(scores, labels);
    if (fold_of_pair.size() != scores.size())
        throw Error("there are " + std::to_string(fold_of_pair.size()) + " fold numbers for " +
                    std::to_string(scores.size()) + " pairs; give one for each pair");
    const std::size_t folds = scores.empty() ? 0 : std::size_t{*std::ranges::max_element(fold_of_pair)} + 1;
    if (folds < 2)
        throw Error("accuracy by folds needs at least 2 folds, got " + std::to_string(folds) + "; add pairs");

    struct Part {
        std::vector<double> scores;
        std::vector<PairLabel> labels;
    };
    FoldedAccuracy result;
    for (std::size_t fold = 0; fold < folds; ++fold) {
        std::array<Part, 2> parts;
        for (std::size_t i = 0; i < scores.size(); ++i) {
            Part& part = parts[fold_of_pair[i] == fold];
            part.scores.push_back(scores[i]);
            part.labels.push_back(labels[i]);
        }
        const auto& [others, own] = parts;
        const std::string name = "fold " + std::to_string(fold) + " (counted from 0)";
        if (own.scores.empty()) throw Error(name + " has no pairs; use fewer folds or more pairs");
        if (std::ranges::count(others.labels, others.labels.front()) == std::ssize(others.labels))
            throw Error("the pairs outside " + name + " are all of one kind; put `same` and `different` pairs in each");
        const RocCurve curve = roc_curve(others.scores, others.labels, kind);
        const bool balanced = accuracy == AccuracyKind::balanced;
        const double threshold = (balanced ? curve.most_balanced() : curve.most_accurate()).threshold;
        result.folds.push_back(
            {threshold, (balanced ? balanced_accuracy_at : accuracy_at)(own.scores, own.labels, kind, threshold)});
        result.mean += result.folds.back().accuracy / static_cast<double>(folds);
    }
    double squares = 0;
    for (const FoldAccuracy& fold : result.folds)
        squares += (fold.accuracy - result.mean) * (fold.accuracy - result.mean);
    result.standard_error = std::sqrt(squares / static_cast<double>(folds * (folds - 1)));
    return result;
}

}  // namespace ditto
