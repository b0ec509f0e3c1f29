// Scoring pairs of stored images with a trainer's or a frozen network's weights, and choosing the threshold between
// same and different.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "ditto/core/random.hpp"
#include "ditto/evaluate/roc.hpp"
#include "ditto/images/image_store.hpp"
#include "ditto/model/embed_images.hpp"
#include "ditto/model/embedder.hpp"
#include "ditto/model/feature_recipe.hpp"
#include "ditto/pairs/pair.hpp"
#include "ditto/training/metrics.hpp"

namespace ditto {

/// How well a threshold that was fixed before tells pairs apart.
struct Evaluation {
    std::size_t pairs = 0;
    double accuracy = 0;
    double equal_error_rate = 0;   ///< see RocCurve
    double area = 0;               ///< see RocCurve
    double balanced_accuracy = 0;  ///< see RocCurve
    double base_rate = 0;          ///< see RocCurve
};

/// The labels of pairs, in their order.
inline std::vector<PairLabel> pair_labels(std::span<const Pair> pairs) {
    std::vector<PairLabel> labels;
    labels.reserve(pairs.size());
    for (const Pair& pair : pairs) labels.push_back(pair.label);
    return labels;
}

/// The score of every pair, [pairs], from features as embed_images() makes them. Each image is embedded once (with its
/// mirror image, where the recipe averages them).
inline std::vector<double> score_images(Embedder& model, const ImageStore& store, std::span<const Pair> pairs,
                                        int threads, const FeatureRecipe& recipe = {}) {
    const NamedImages named = named_images(pairs);
    const std::vector<float> features = embed_images(model, store, named.images, recipe, threads);
    const std::size_t feature_count = model.feature_count(), batch = model.capacity_images();

    std::vector<double> scores(pairs.size());
    std::vector<float> left(batch * feature_count), right(batch * feature_count);  // [batch, features]
    for (std::size_t first = 0; first < pairs.size(); first += batch) {
        const std::size_t now = std::min(batch, pairs.size() - first);
        const auto gather = [&](std::uint32_t image, std::size_t i, std::vector<float>& to) {
            std::copy_n(features.data() + image * feature_count, feature_count, to.data() + i * feature_count);
        };
        for (std::size_t i = 0; i < now; ++i) {
            gather(named.pairs[first + i].left, i, left);
            gather(named.pairs[first + i].right, i, right);
        }
        model.score(std::span(left).first(now * feature_count), std::span(right).first(now * feature_count),
                    std::span(scores).subspan(first, now));
    }
    return scores;
}

/// `pairs`, or `most` of them, drawn with `seed`: as many of each kind as their share, and of neither none.
inline std::vector<Pair> draw_pairs(std::span<const Pair> pairs, std::size_t most, std::uint64_t seed) {
    std::vector<Pair> drawn(pairs.begin(), pairs.end());
    if (drawn.size() <= most) return drawn;
    Random(seed, RandomPurpose::pairing).shuffle(drawn.begin(), drawn.end());
    const auto middle = std::stable_partition(drawn.begin(), drawn.end(),
                                              [](const Pair& pair) { return pair.label == PairLabel::same; });
    const auto same = static_cast<std::size_t>(middle - drawn.begin());
    const std::size_t kept = std::clamp<std::size_t>(most * same / drawn.size(), std::min<std::size_t>(same, 1),
                                                     std::max<std::size_t>(most - 1, 1));
    const std::size_t others = std::min(most - kept, drawn.size() - same);
    std::vector<Pair> chosen(drawn.begin(), drawn.begin() + static_cast<std::ptrdiff_t>(kept));
    chosen.insert(chosen.end(), middle, middle + static_cast<std::ptrdiff_t>(others));
    return chosen;
}

/// The threshold to use from now on: for probabilities 0.5, for distances the one of highest balanced accuracy on
/// `pairs`, which must be training pairs, or on `most` of them drawn with `seed`. Throws Error when a score is not
/// finite, or the pairs are all of one kind.
inline double calibrate_threshold(Embedder& model, const ImageStore& store, std::span<const Pair> pairs,
                                  std::size_t most, std::uint64_t seed, int threads, const FeatureRecipe& recipe = {}) {
    if (model.score_kind() == ScoreKind::probability) return 0.5;
    const std::vector<Pair> drawn = draw_pairs(pairs, most, seed);
    return roc_curve(score_images(model, store, drawn, threads, recipe), pair_labels(drawn), model.score_kind())
        .most_balanced()
        .threshold;
}

/// How well `threshold` and these scores [pairs] tell `pairs` apart. Throws Error as roc_curve does.
inline Evaluation evaluate_scores(std::span<const double> scores, std::span<const Pair> pairs, ScoreKind kind,
                                  double threshold) {
    const std::vector<PairLabel> labels = pair_labels(pairs);
    const RocCurve curve = roc_curve(scores, labels, kind);
    RocPoint point{threshold};
    for (std::size_t i = 0; i < scores.size(); ++i)
        if (accepts(kind, threshold, scores[i]))
            ++(labels[i] == PairLabel::same ? point.true_accepts : point.false_accepts);
    return {pairs.size(), curve.accuracy(point),          curve.equal_error_rate(),
            curve.area(), curve.balanced_accuracy(point), curve.base_rate()};
}

/// Scores `pairs`, none of which may have had a part in training or in the choice of `threshold`. Throws Error as
/// roc_curve does.
inline Evaluation evaluate(Embedder& model, const ImageStore& store, std::span<const Pair> pairs, double threshold,
                           int threads, const FeatureRecipe& recipe = {}) {
    return evaluate_scores(score_images(model, store, pairs, threads, recipe), pairs, model.score_kind(), threshold);
}

}  // namespace ditto
