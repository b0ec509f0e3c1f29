#include <doctest/doctest.h>
#include <cmath>

#include <limits>
#include <vector>

#include "ditto/training/epoch_text.hpp"
#include "ditto/training/metrics.hpp"

namespace {

using ditto::EpochRecorder, ditto::PairLabel, ditto::ScoreKind;
constexpr PairLabel same = PairLabel::same, different = PairLabel::different;

}  // namespace

TEST_CASE("metrics of distances, computed by hand") {
    EpochRecorder recorder(ScoreKind::distance, 1.0, 6);
    recorder.add(2.0, std::vector{0.2, 0.5, 0.6, 3.0}, std::vector{same, same, different, different});
    recorder.add(5.0, std::vector{0.4, 0.8}, std::vector{different, same});
    const ditto::EpochMetrics metrics = recorder.metrics();
    CHECK(metrics.pairs == 6);
    CHECK(metrics.loss == doctest::Approx((4 * 2.0 + 2 * 5.0) / 6));
    CHECK(metrics.mean_same == doctest::Approx(0.5));
    CHECK(metrics.mean_different == doctest::Approx(4.0 / 3));
    CHECK(metrics.active_negatives == doctest::Approx(2.0 / 3));  // 0.4 and 0.6 are inside the margin
    // In order: 0.2 same, 0.4 different, 0.5 same, 0.6 different, 0.8 same, 3.0 different. The thresholds between 0.2
    // and 0.4, 0.5 and 0.6, 0.8 and 3.0 each get 4 right; the first of them is taken.
    CHECK(metrics.accuracy == doctest::Approx(4.0 / 6));
    CHECK(metrics.threshold == doctest::Approx(0.3));
    CHECK(metrics.equal_error_rate == doctest::Approx(1.0 / 3));
}

TEST_CASE("probabilities are told apart at one half, and have no margin") {
    EpochRecorder recorder(ScoreKind::probability, std::nullopt, 4);
    recorder.add(0.5, std::vector{0.9, 0.4, 0.1, 0.2}, std::vector{same, same, different, different});
    const ditto::EpochMetrics metrics = recorder.metrics();
    CHECK(metrics.threshold == 0.5);
    CHECK(metrics.accuracy == 0.75);
    CHECK(metrics.equal_error_rate == 0.0);
    CHECK(std::isnan(metrics.active_negatives));
}

TEST_CASE("a network that tells nothing is right half of the time, whatever the share of same pairs") {
    // 8 of 10 are the same; every pair has one score.
    EpochRecorder distances(ScoreKind::distance, std::nullopt, 10),
        probabilities(ScoreKind::probability, std::nullopt, 10);
    std::vector<PairLabel> labels(8, same);
    labels.insert(labels.end(), 2, different);
    distances.add(1.0, std::vector<double>(10, 0.7), labels);
    probabilities.add(1.0, std::vector<double>(10, 0.7), labels);
    CHECK(distances.metrics().accuracy == 0.5);
    CHECK(probabilities.metrics().accuracy == 0.5);
    // Most answers are right where all pairs are taken for the same: 8 of 10. Between 0.1 and 0.3 both kinds count:
    // 5 of 8 and 2 of 2.
    EpochRecorder some(ScoreKind::distance, std::nullopt, 10);
    some.add(1.0, std::vector{0.1, 0.1, 0.1, 0.1, 0.1, 0.5, 0.9, 0.9, 0.3, 0.6}, labels);
    CHECK(some.metrics().accuracy == doctest::Approx((5.0 / 8 + 2.0 / 2) / 2));
    CHECK(some.metrics().threshold == doctest::Approx(0.2));
}

TEST_CASE("what one kind of pair cannot tell is undefined") {
    EpochRecorder recorder(ScoreKind::distance, 1.0, 2);
    CHECK(std::isnan(recorder.metrics().loss));
    recorder.add(1.0, std::vector{0.5}, std::vector{same});
    CHECK(recorder.metrics().loss == 1.0);
    CHECK(std::isnan(recorder.metrics().accuracy));
    CHECK(std::isnan(recorder.metrics().mean_different));
    CHECK(std::isnan(recorder.recent_accuracy()));
    EpochRecorder others(ScoreKind::distance, 1.0, 2);
    others.add(1.0, std::vector{0.5}, std::vector{different});
    CHECK(std::isnan(others.metrics().accuracy));
    CHECK(std::isnan(others.metrics().mean_same));
    CHECK(others.metrics().mean_different == 0.5);
}

TEST_CASE("the line of an epoch leaves out what the pairs do not have") {
    ditto::EpochMetrics metrics;
    metrics.loss = 0.25;
    CHECK(epoch_text(metrics, {}, ScoreKind::distance, false) == "loss 0.2500");
    metrics.accuracy = 0.75;
    metrics.equal_error_rate = 0.25;
    metrics.mean_same = 0.5;
    metrics.mean_different = 1.5;
    CHECK(
        epoch_text(metrics, {}, ScoreKind::probability, false) ==
        "loss 0.2500, accuracy 75.0 %, equal error rate 25.0 %, mean probability of same pairs 0.500, mean probability "
        "of different pairs 1.500");
    metrics.mean_same = std::numeric_limits<double>::quiet_NaN();
    metrics.active_negatives = 0.125;
    CHECK(epoch_text(metrics, {}, ScoreKind::distance, false) ==
          "loss 0.2500, accuracy 75.0 %, equal error rate 25.0 %, mean distance of different pairs 1.500, 12.5 % of "
          "these inside the margin");
    CHECK(epoch_text(metrics, {0.9, 0.1, 0.95}, ScoreKind::distance, true) ==
          "loss 0.2500, accuracy 75.0 %, equal error rate 25.0 %, mean distance of different pairs 1.500, 12.5 % of "
          "these inside the margin (mined ones not counted)\n    validation: accuracy 90.0 %, equal error rate 10.0 %, "
          "area 0.9500");
}

TEST_CASE("recent accuracy looks at the latest pairs only") {
    EpochRecorder recorder(ScoreKind::probability, std::nullopt, 4);
    recorder.add(1.0, std::vector{0.1, 0.9}, std::vector{same, different});
    recorder.add(1.0, std::vector{0.9, 0.1}, std::vector{same, different});
    CHECK(recorder.recent_accuracy(2) == 1.0);
    CHECK(recorder.recent_accuracy() == 0.5);
}

TEST_CASE("a resumed record goes on as if it had not stopped") {
    const std::vector scores{0.3, 1.7, 0.1, 0.9};
    const std::vector labels{same, different, different, same};
    EpochRecorder whole(ScoreKind::distance, 1.0, 4), resumed(ScoreKind::distance, 1.0, 4);
    whole.add(0.1, std::span(scores).first(2), std::span(labels).first(2));
    resumed.add(7.0, std::vector{5.0}, std::vector{same});  // forgotten
    resumed.resume(whole.loss_sum(), whole.scores(), whole.labels());
    for (EpochRecorder* recorder : {&whole, &resumed})
        recorder->add(0.7, std::span(scores).last(2), std::span(labels).last(2));
    CHECK(whole.loss_sum() == resumed.loss_sum());
    CHECK(whole.metrics().mean_same == resumed.metrics().mean_same);
    CHECK(whole.active_negatives() == resumed.active_negatives());
    CHECK(resumed.pairs() == 4);
}

TEST_CASE("collapsed features are reported, healthy ones are not") {
    ditto::EpochMetrics metrics;
    metrics.mean_same = 0.01;
    metrics.mean_different = 0.04;
    CHECK(collapse_warning(metrics, ScoreKind::distance, 1.0).has_value());
    CHECK_FALSE(collapse_warning(metrics, ScoreKind::distance, std::nullopt).has_value());  // no scale to judge by
    metrics.mean_different = 0.6;
    CHECK_FALSE(collapse_warning(metrics, ScoreKind::distance, 1.0).has_value());
    metrics.score_deviation = 0.001;
    CHECK(collapse_warning(metrics, ScoreKind::probability, std::nullopt).has_value());
    metrics.score_deviation = 0.1;
    CHECK_FALSE(collapse_warning(metrics, ScoreKind::probability, std::nullopt).has_value());
}

TEST_CASE("a label that is none is refused, and counts nowhere") {
    EpochRecorder recorder(ScoreKind::distance, 1.0, 4);
    CHECK_THROWS_WITH_AS(recorder.add(0.5, std::vector{0.1, 0.2}, std::vector{same, static_cast<PairLabel>(7)}),
                         "metrics got the label 7; a PairLabel is different (0) or same (1)", ditto::Error);
    CHECK(recorder.pairs() == 0);
}
