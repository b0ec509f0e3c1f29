// Accuracy by folds, against values of make_reference.py.
#include <doctest/doctest.h>

#include <cstdint>
#include <ditto/core/error.hpp>
#include <ditto/evaluate/folds.hpp>
#include <limits>
#include <vector>

#include "reference_pairs.hpp"

using ditto::PairLabel;
using enum ditto::ScoreKind;

namespace {

std::vector<std::uint32_t> reference_folds() {
    std::vector<std::uint32_t> folds;
    for (std::uint32_t i = 0; i < 20; ++i) folds.push_back(i / 5);
    return folds;
}

}  // namespace

TEST_CASE("the reference's folds") {
    const auto result = ditto::folded_accuracy(reference_scores(), reference_labels(), distance, reference_folds());
    REQUIRE(result.folds.size() == 4);
    const double thresholds[] = {17.0 / 8, 13.0 / 8, 17.0 / 8, 13.0 / 8};
    const double accuracies[] = {1, 3.0 / 5, 3.0 / 5, 4.0 / 5};
    for (std::size_t fold = 0; fold < 4; ++fold) {
        CHECK(result.folds[fold].threshold == thresholds[fold]);
        CHECK(result.folds[fold].accuracy == accuracies[fold]);
    }
    // A handful of roundings of 2^-53 each.
    CHECK(result.mean == doctest::Approx(0.75).epsilon(1e-14));
    CHECK(result.standard_error == doctest::Approx(0.09574271077563382).epsilon(1e-14));
}

TEST_CASE("no fold's threshold depends on its own scores or labels") {
    const auto folds = reference_folds();
    auto scores = reference_scores();
    auto labels = reference_labels();
    const auto before = ditto::folded_accuracy(scores, labels, distance, folds);
    for (std::size_t i = 10; i < 15; ++i) {  // fold 2
        scores[i] = 100 - scores[i];
        labels[i] = labels[i] == PairLabel::same ? PairLabel::different : PairLabel::same;
    }
    const auto after = ditto::folded_accuracy(scores, labels, distance, folds);
    CHECK(after.folds[2].threshold == before.folds[2].threshold);
    CHECK(after.folds[2].accuracy != before.folds[2].accuracy);
}

TEST_CASE("balanced folds are worth the same whichever kind is rarer") {
    std::vector<double> scores;
    std::vector<PairLabel> labels;
    for (int i = 0; i < 60; ++i) {  // one of ten is same, and at 2; two different ones of three lie below
        const bool same = i % 10 == 0;
        labels.push_back(same ? PairLabel::same : PairLabel::different);
        scores.push_back(same ? 2 : i % 3 == 0 ? 1 : 3);
    }
    const auto folds = ditto::make_folds(labels, 3);
    const auto plain = ditto::folded_accuracy(scores, labels, distance, folds);
    CHECK(plain.mean == doctest::Approx(0.9));  // always different
    const auto balanced = ditto::folded_accuracy(scores, labels, distance, folds, ditto::AccuracyKind::balanced);
    for (const auto& fold : balanced.folds) CHECK(fold.threshold == 2.5);
    CHECK(balanced.mean == doctest::Approx(0.5 * (1 + 38.0 / 54)).epsilon(0.02));
    CHECK_THROWS_AS(
        ditto::folded_accuracy(std::vector<double>{1, 2, 3, 4},
                               std::vector{PairLabel::same, PairLabel::different, PairLabel::same, PairLabel::same},
                               distance, std::vector<std::uint32_t>{0, 0, 1, 1}, ditto::AccuracyKind::balanced),
        ditto::Error);
}

TEST_CASE("folds made by index hold equally many pairs of each kind, neighbours together") {
    std::vector<PairLabel> labels;
    for (std::size_t i = 0; i < 103; ++i) labels.push_back(i % 3 == 0 ? PairLabel::same : PairLabel::different);
    const auto folds = ditto::make_folds(labels, 10);
    std::size_t count[2][10] = {};
    std::uint32_t last[2] = {};
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const auto kind = static_cast<std::size_t>(labels[i]);
        REQUIRE(folds[i] < 10);
        CHECK(folds[i] >= last[kind]);
        last[kind] = folds[i];
        ++count[kind][folds[i]];
    }
    for (std::size_t fold = 0; fold < 10; ++fold) {  // 35 `same` pairs, 68 `different` ones
        CHECK((count[1][fold] == 3 || count[1][fold] == 4));
        CHECK((count[0][fold] == 6 || count[0][fold] == 7));
    }
}

TEST_CASE("folds that cannot be evaluated are refused") {
    const auto result = [](const std::vector<double>& scores, const std::vector<PairLabel>& labels,
                           const std::vector<std::uint32_t>& folds) {
        ditto::folded_accuracy(scores, labels, distance, folds);
    };
    using enum PairLabel;
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK_THROWS_WITH_AS(result({1, 2, nan, 4}, {same, different, same, different}, {0, 0, 1, 1}),
                         doctest::Contains("pair 2 "), ditto::Error);
    CHECK_THROWS_WITH_AS(result({1, 2}, {same, different}, {0, 0}), doctest::Contains("at least 2 folds, got 1"),
                         ditto::Error);
    CHECK_THROWS_WITH_AS(result({}, {}, {}), doctest::Contains("got 0"), ditto::Error);
    CHECK_THROWS_WITH_AS(result({1, 2}, {same, different}, {0}), doctest::Contains("1 fold numbers for 2 pairs"),
                         ditto::Error);
    CHECK_THROWS_WITH_AS(result({1, 2, 3, 4}, {same, different, same, different}, {0, 0, 2, 2}),
                         doctest::Contains("fold 1 (counted from 0) has no pairs"), ditto::Error);
    CHECK_THROWS_WITH_AS(result({1, 2, 3, 4}, {same, different, same, same}, {0, 0, 1, 1}),
                         doctest::Contains("outside fold 0 (counted from 0) are all of one kind"), ditto::Error);
}
