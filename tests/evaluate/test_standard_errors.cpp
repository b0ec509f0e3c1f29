// Standard errors by the bootstrap, against formulas and against resampling the pairs themselves.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ditto/core/error.hpp>
#include <ditto/core/random.hpp>
#include <ditto/evaluate/brier.hpp>
#include <ditto/evaluate/standard_errors.hpp>
#include <vector>

#include "reference_pairs.hpp"

using ditto::PairLabel, ditto::StandardErrors;
using enum ditto::ScoreKind;
using enum ditto::PairLabel;

namespace {

constexpr std::array limits = {0.1, 0.01};

struct ScoredPairs {
    std::vector<double> scores;
    std::vector<PairLabel> labels;
};

/// Normal distances, rounded so that some are equal.
ScoredPairs normal_pairs(std::size_t same_pairs, std::size_t different_pairs) {
    ditto::Random random(2, ditto::RandomPurpose::test);
    ScoredPairs pairs;
    for (std::size_t i = 0; i < same_pairs + different_pairs; ++i) {
        pairs.labels.push_back(i % 3 == 0 ? same : different);  // mixed, then the rest
        if (std::ranges::count(pairs.labels, same) > std::ptrdiff_t(same_pairs)) pairs.labels.back() = different;
        if (std::ranges::count(pairs.labels, different) > std::ptrdiff_t(different_pairs)) pairs.labels.back() = same;
        const double mean = pairs.labels.back() == same ? 10 : 12;
        pairs.scores.push_back(std::round(64 * (mean + 1.5 * random.normal())) / 64);
    }
    return pairs;
}

/// A standard error of R resamples has itself the relative standard error 1 / sqrt(2 R) for a normal figure: 2.2 % for
/// 1000, 2.7 % with that of an expected value from 2000. Four of them, and 1 % for what a formula for n pairs leaves
/// out.
doctest::Approx about(double error) {
    return doctest::Approx(error).epsilon(0.12).scale(0);  // of the error, not of 1
}

}  // namespace

TEST_CASE("the accuracy's is the binomial distributions'") {
    const ScoredPairs pairs = normal_pairs(150, 400);
    const double threshold = 10.5;
    double rights[2] = {}, counts[2] = {};
    for (std::size_t i = 0; i < pairs.scores.size(); ++i) {
        const auto kind = static_cast<std::size_t>(pairs.labels[i]);
        rights[kind] += (pairs.scores[i] <= threshold) == (pairs.labels[i] == same);
        ++counts[kind];
    }
    REQUIRE(counts[0] == 400);
    double variance = 0;  // of the number of pairs that are right
    for (int kind = 0; kind < 2; ++kind) variance += rights[kind] * (1 - rights[kind] / counts[kind]);
    const auto errors = ditto::standard_errors(pairs.scores, pairs.labels, distance, threshold, limits);
    REQUIRE(errors.accuracy.has_value());
    CHECK(*errors.accuracy == about(std::sqrt(variance) / 550));

    // Thresholds that accept nothing, and all, are right for the same number of pairs in every resample.
    for (const double extreme : {-100.0, 100.0})
        CHECK(*ditto::standard_errors(pairs.scores, pairs.labels, distance, extreme, limits).accuracy == 0);
    CHECK_FALSE(ditto::standard_errors(pairs.scores, pairs.labels, distance, {}, limits).accuracy);
}

TEST_CASE("the area's is that of DeLong, DeLong, Clarke-Pearson (1988)") {
    const ScoredPairs pairs = normal_pairs(150, 400);
    const auto count = pairs.scores.size();
    std::vector<double> share(count);  // of the pairs of the other kind that each pair is rightly ordered with
    std::array<double, 2> counts{}, mean{};
    for (const PairLabel label : pairs.labels) ++counts[static_cast<std::size_t>(label)];
    for (std::size_t i = 0; i < count; ++i) {
        const auto kind = static_cast<std::size_t>(pairs.labels[i]);
        for (std::size_t j = 0; j < count; ++j) {
            if (pairs.labels[i] == pairs.labels[j]) continue;
            const double gap = (pairs.scores[j] - pairs.scores[i]) * (pairs.labels[i] == same ? 1 : -1);
            share[i] += (gap > 0 ? 1 : gap == 0 ? 0.5 : 0) / counts[1 - kind];
        }
        mean[kind] += share[i] / counts[kind];
    }
    double variance = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto kind = static_cast<std::size_t>(pairs.labels[i]);
        variance += (share[i] - mean[kind]) * (share[i] - mean[kind]) / (counts[kind] - 1) / counts[kind];
    }
    const auto errors = ditto::standard_errors(pairs.scores, pairs.labels, distance, {}, limits);
    CHECK(errors.area == about(std::sqrt(variance)));
}

TEST_CASE("all are those of curves made from resampled pairs") {
    const ScoredPairs pairs = normal_pairs(150, 400);
    constexpr int resamples = 2000;
    std::array<std::vector<double>, 5> figures;  // accuracy, area, equal error rate, true accept rates
    for (int i = 0; i < resamples; ++i) {
        ditto::Random random(3, ditto::RandomPurpose::test, 1, static_cast<std::uint64_t>(i));
        ScoredPairs drawn;
        while (drawn.labels.size() < pairs.labels.size()) {
            const PairLabel wanted = drawn.labels.size() < 150 ? same : different;
            const auto pick = random.below(550);
            if (pairs.labels[pick] != wanted) continue;
            drawn.scores.push_back(pairs.scores[pick]);
            drawn.labels.push_back(wanted);
        }
        const auto curve = ditto::roc_curve(drawn.scores, drawn.labels, distance);
        figures[0].push_back(ditto::accuracy_at(drawn.scores, drawn.labels, distance, 10.5));
        figures[1].push_back(curve.area());
        figures[2].push_back(curve.equal_error_rate());
        for (std::size_t limit = 0; limit < 2; ++limit)
            figures[3 + limit].push_back(curve.true_accept_rate_at(limits[limit]));
    }
    std::array<double, 5> expected{};
    for (std::size_t figure = 0; figure < 5; ++figure) {
        double sum = 0, squares = 0;
        for (const double value : figures[figure]) sum += value, squares += value * value;
        expected[figure] = std::sqrt((squares - sum * sum / resamples) / (resamples - 1));
    }
    const auto errors = ditto::standard_errors(pairs.scores, pairs.labels, distance, 10.5, limits);
    CHECK(*errors.accuracy == about(expected[0]));
    CHECK(errors.area == about(expected[1]));
    CHECK(errors.equal_error_rate == about(expected[2]));
    REQUIRE(errors.true_accept_rates.size() == 2);
    CHECK(errors.true_accept_rates[0] == about(expected[3]));
    CHECK(errors.true_accept_rates[1] == about(expected[4]));
}

TEST_CASE("they are the same for both kinds of score, for any order of the pairs, and for one seed") {
    ScoredPairs pairs{reference_scores(), reference_labels()};
    const auto numbers = [](const StandardErrors& errors) {
        std::vector<double> all = errors.true_accept_rates;
        all.insert(all.end(), {*errors.accuracy, errors.area, errors.equal_error_rate});
        return all;
    };
    const auto first = numbers(ditto::standard_errors(pairs.scores, pairs.labels, distance, 2.125, limits, 5));
    for (const double error : first) CHECK(error > 0);
    CHECK(first != numbers(ditto::standard_errors(pairs.scores, pairs.labels, distance, 2.125, limits, 6)));
    std::ranges::reverse(pairs.scores);
    std::ranges::reverse(pairs.labels);
    for (double& score : pairs.scores) score = -score;
    CHECK(first == numbers(ditto::standard_errors(pairs.scores, pairs.labels, probability, -2.125, limits, 5)));
}

TEST_CASE("scores without an error have none, and pairs of one kind are refused") {
    const std::vector<double> scores{1, 2, 5, 6};
    const auto errors =
        ditto::standard_errors(scores, std::vector{same, same, different, different}, distance, 3, limits);
    CHECK(*errors.accuracy == 0);
    CHECK(errors.area == 0);
    CHECK(errors.equal_error_rate == 0);
    CHECK(errors.true_accept_rates == std::vector<double>{0, 0});
    CHECK_THROWS_WITH_AS(ditto::standard_errors(scores, std::vector{same, same, same, same}, distance, 3, limits),
                         doctest::Contains("none is labelled different"), ditto::Error);
}

TEST_CASE("the Brier score") {
    const std::vector<PairLabel> labels{same, different, different, same};
    CHECK(ditto::brier_score(std::vector<double>{1, 0, 0, 1}, labels) == 0);
    CHECK(ditto::brier_score(std::vector<double>{0, 1, 1, 0}, labels) == 1);
    CHECK(ditto::brier_score(std::vector{0.5, 0.25, 0.5, 0.75}, labels) == 0.15625);
    CHECK_THROWS_WITH_AS(ditto::brier_score({}, {}), doctest::Contains("no pairs"), ditto::Error);
    CHECK_THROWS_WITH_AS(ditto::brier_score(std::vector{0.5}, labels), doctest::Contains("1 scores for 4 labels"),
                         ditto::Error);
}
