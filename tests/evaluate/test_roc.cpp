// ROC curves and their figures, against values of make_reference.py and against brute force.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <ditto/core/error.hpp>
#include <ditto/core/random.hpp>
#include <ditto/evaluate/roc.hpp>
#include <limits>
#include <vector>

#include "reference_pairs.hpp"

using ditto::PairLabel;
using enum ditto::ScoreKind;

namespace {

std::vector<double> negated(std::vector<double> scores) {
    for (double& score : scores) score = -score;
    return scores;
}

// Rates are quotients of small whole numbers: a few roundings of 2^-53 each.
doctest::Approx about(double value) {
    return doctest::Approx(value).epsilon(1e-14);
}

}  // namespace

TEST_CASE("the reference's figures, for both kinds of score") {
    const auto labels = reference_labels();
    const auto distances = reference_scores();
    for (const auto kind : {distance, probability}) {
        const auto scores = kind == distance ? distances : negated(distances);
        const auto curve = ditto::roc_curve(scores, labels, kind);
        CHECK(curve.points.size() == 15);
        CHECK(curve.area() == about(179.0 / 200));
        CHECK(curve.equal_error_rate() == about(0.2));
        CHECK(curve.true_accept_rate_at(0.1) == about(0.5));
        CHECK(curve.true_accept_rate_at(0.3) == about(1));
        CHECK(curve.true_accept_rate_at(0.01) == about(0.5));
        CHECK(curve.true_accept_rate_at(1) == about(1));
        const auto& best = curve.most_accurate();
        CHECK(std::abs(best.threshold) == 17.0 / 8);
        CHECK(curve.accuracy(best) == about(17.0 / 20));
        CHECK(ditto::accuracy_at(scores, labels, kind, best.threshold) == about(17.0 / 20));
    }
}

TEST_CASE("the curve runs from accepting nothing to accepting all, and does what its thresholds do") {
    const auto scores = reference_scores();
    const auto labels = reference_labels();
    const auto curve = ditto::roc_curve(scores, labels, distance);
    CHECK(curve.points.front().true_accepts + curve.points.front().false_accepts == 0);
    CHECK(curve.points.back().true_accepts == curve.same);
    CHECK(curve.points.back().false_accepts == curve.different);
    for (const ditto::RocPoint& point : curve.points)
        CHECK(ditto::accuracy_at(scores, labels, distance, point.threshold) == curve.accuracy(point));
}

TEST_CASE("brute force over random scores with many ties") {
    for (std::uint32_t round = 0; round < 20; ++round) {
        ditto::Random random(7, ditto::RandomPurpose::test, round);
        std::vector<double> scores;
        std::vector<PairLabel> labels{PairLabel::same, PairLabel::different};
        while (labels.size() < 150) labels.push_back(random.chance(0.4) ? PairLabel::same : PairLabel::different);
        for (const PairLabel label : labels)
            scores.push_back(random.below(40) + (label == PairLabel::same ? 8.0 : 0.0));
        const auto curve = ditto::roc_curve(scores, labels, probability);

        double wins = 0, best = 0;
        for (std::size_t i = 0; i < scores.size(); ++i) {
            best = std::max(best, ditto::accuracy_at(scores, labels, probability, scores[i]));
            for (std::size_t j = 0; j < scores.size(); ++j)
                if (labels[i] == PairLabel::same && labels[j] == PairLabel::different)
                    wins += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
        }
        CHECK(curve.area() == about(wins / static_cast<double>(curve.same * curve.different)));
        // A threshold above every score accepts nothing; brute force over the scores cannot try it.
        best = std::max(best, static_cast<double>(curve.different) / static_cast<double>(scores.size()));
        CHECK(curve.accuracy(curve.most_accurate()) == best);
        for (const double limit : {0.1, 0.01, 0.001}) {
            double rate = 0;
            for (const double threshold : scores) {
                double same = 0, different = 0;
                for (std::size_t i = 0; i < scores.size(); ++i)
                    if (scores[i] >= threshold) (labels[i] == PairLabel::same ? same : different) += 1;
                if (different / static_cast<double>(curve.different) <= limit)
                    rate = std::max(rate, same / static_cast<double>(curve.same));
            }
            CHECK(curve.true_accept_rate_at(limit) == rate);
        }
    }
}

TEST_CASE("perfect, useless and reversed scores") {
    const std::vector<PairLabel> labels{PairLabel::same, PairLabel::same, PairLabel::different, PairLabel::different};
    const auto perfect = ditto::roc_curve(std::vector<double>{1, 2, 5, 6}, labels, distance);
    CHECK(perfect.area() == 1);
    CHECK(perfect.equal_error_rate() == 0);
    CHECK(perfect.true_accept_rate_at(0.001) == 1);
    CHECK(perfect.most_accurate().threshold == 3.5);

    const auto useless = ditto::roc_curve(std::vector<double>{3, 3, 3, 3}, labels, distance);
    CHECK(useless.points.size() == 2);
    CHECK(useless.area() == 0.5);
    CHECK(useless.equal_error_rate() == 0.5);
    CHECK(useless.true_accept_rate_at(0.1) == 0);
    CHECK(useless.accuracy(useless.most_accurate()) == 0.5);

    const auto reversed = ditto::roc_curve(std::vector<double>{1, 2, 5, 6}, labels, probability);
    CHECK(reversed.area() == 0);
    CHECK(reversed.equal_error_rate() == 1);
}

TEST_CASE("of equally good thresholds the strictest is taken") {
    // Accepting the first score alone and accepting the first three are both right for 3 of 4 pairs.
    const std::vector<PairLabel> labels{PairLabel::same, PairLabel::different, PairLabel::same, PairLabel::different};
    CHECK(ditto::roc_curve(std::vector<double>{1, 2, 3, 4}, labels, distance).most_accurate().threshold == 1.5);
    CHECK(ditto::roc_curve(std::vector<double>{4, 3, 2, 1}, labels, probability).most_accurate().threshold == 3.5);
}

TEST_CASE("where few pairs are same, the balanced threshold still accepts them") {
    // 3 of 60 are same; the nearest different pairs lie among them.
    std::vector<double> scores{1, 2, 3, 0.5, 1.5, 1.6, 2.5, 2.6};
    std::vector<PairLabel> labels{PairLabel::same, PairLabel::same, PairLabel::same};
    labels.resize(60, PairLabel::different);
    for (int i = 0; scores.size() < labels.size(); ++i) scores.push_back(4 + i);
    const auto curve = ditto::roc_curve(scores, labels, distance);
    CHECK(curve.base_rate() == doctest::Approx(57.0 / 60));
    CHECK(curve.most_accurate().true_accepts == 0);
    CHECK(curve.accuracy(curve.most_accurate()) == curve.base_rate());
    const auto& point = curve.most_balanced();
    CHECK(point.threshold == 3.5);
    CHECK(curve.balanced_accuracy(point) == doctest::Approx(0.5 * (1 + 52.0 / 57)));
    CHECK(ditto::balanced_accuracy_at(scores, labels, distance, 3.5) == doctest::Approx(0.5 * (1 + 52.0 / 57)));
    CHECK_THROWS_AS(ditto::balanced_accuracy_at(std::vector<double>{1}, std::vector{PairLabel::same}, distance, 1),
                    ditto::Error);
    // With as many of each they are one.
    const std::vector<PairLabel> even{PairLabel::same, PairLabel::different, PairLabel::same, PairLabel::different};
    const auto other = ditto::roc_curve(std::vector<double>{1, 2, 3, 4}, even, distance);
    CHECK(other.most_balanced().threshold == other.most_accurate().threshold);
    CHECK(other.base_rate() == 0.5);
}

TEST_CASE("scores that are neighbours in floating point are still parted") {
    const std::vector<PairLabel> labels{PairLabel::same, PairLabel::different};
    const double next = std::nextafter(1.0, 2.0);
    for (const double low : {1.0, next}) {
        const std::vector<double> up{low, std::nextafter(low, 2.0)}, down{std::nextafter(low, 2.0), low};
        const double smaller = ditto::roc_curve(up, labels, distance).most_accurate().threshold;
        CHECK(ditto::accuracy_at(up, labels, distance, smaller) == 1);
        const double larger = ditto::roc_curve(down, labels, probability).most_accurate().threshold;
        CHECK(ditto::accuracy_at(down, labels, probability, larger) == 1);
    }
}

TEST_CASE("scores and labels that mean nothing are refused") {
    const auto curve = [](const std::vector<double>& scores, const std::vector<PairLabel>& labels) {
        ditto::roc_curve(scores, labels, distance);
    };
    const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
    const std::vector<PairLabel> both{PairLabel::same, PairLabel::different};
    CHECK_THROWS_WITH_AS(curve({1, nan}, both), doctest::Contains("pair 1 (counted from 0) is nan"), ditto::Error);
    CHECK_THROWS_WITH_AS(curve({infinity, 1}, both), doctest::Contains("pair 0 (counted from 0) is inf"), ditto::Error);
    CHECK_THROWS_WITH_AS(curve({1}, both), doctest::Contains("1 scores for 2 labels"), ditto::Error);
    CHECK_THROWS_WITH_AS(curve({1, 2}, {PairLabel::same, PairLabel::same}),
                         doctest::Contains("none is labelled different"), ditto::Error);
    CHECK_THROWS_WITH_AS(curve({1}, {PairLabel::different}), doctest::Contains("none is labelled same"), ditto::Error);
    CHECK_THROWS_AS(curve({}, {}), ditto::Error);
    CHECK_THROWS_WITH_AS(ditto::accuracy_at(std::vector{1, nan}, both, distance, 1), doctest::Contains("pair 1"),
                         ditto::Error);
    for (const PairLabel only : both)
        CHECK_THROWS_WITH_AS(ditto::balanced_accuracy_at(std::vector{1.0}, std::vector{only}, distance, 1),
                             doctest::Contains("needs `same` and `different` pairs"), ditto::Error);
    CHECK_THROWS_WITH_AS(ditto::accuracy_at({}, {}, distance, 1), doctest::Contains("no pairs"), ditto::Error);
}
