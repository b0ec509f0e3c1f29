// Calibrations, against values of make_platt_reference.py.
#include <doctest/doctest.h>

#include <cmath>
#include <ditto/core/error.hpp>
#include <ditto/core/random.hpp>
#include <ditto/evaluate/platt.hpp>
#include <limits>
#include <string>
#include <vector>

#include "reference_pairs.hpp"

using ditto::Calibration, ditto::PairLabel;
using enum ditto::ScoreKind;
using enum ditto::PairLabel;

namespace {

// Both minima are found by gradients of at most 1e-10 a pair, where the curvature a pair is 0.01 or more.
void check_near(const Calibration& found, double slope, double intercept) {
    CHECK(found.slope == doctest::Approx(slope).epsilon(1e-7));
    CHECK(found.intercept == doctest::Approx(intercept).epsilon(1e-7));
}

}  // namespace

TEST_CASE("the reference's calibrations") {
    const auto scores = reference_scores();
    const auto labels = reference_labels();
    check_near(fit_platt(scores, labels, distance), -1.6693235911840822, 2.791029885432764);

    std::vector<double> probabilities;
    for (const double score : scores) probabilities.push_back(std::exp(-score));
    check_near(fit_platt(probabilities, labels, probability), 7.431329537172387, -1.7911753303337217);

    // Few pairs, not as many of each kind.
    check_near(fit_platt(std::vector{0.5, 2.25, 0.75, 0.75, 3.0, 2.5},
                         std::vector{same, different, same, same, different, different}, distance),
               -1.3985761254866211, 2.249502233216639);

    // A threshold parts these without error: the targets inside 0 and 1 keep the curve from growing infinitely steep.
    check_near(
        fit_platt(std::vector{1.0, 2.0, 3.0, 6.0, 7.0}, std::vector{same, same, same, different, different}, distance),
        -0.5163483187827433, 2.369640618773245);
}

TEST_CASE("the scale of the scores does not matter") {
    const auto labels = reference_labels();
    std::vector<double> scores = reference_scores();
    for (double& score : scores) score = 1e6 + score * 1e-3;
    const Calibration found = fit_platt(scores, labels, distance);
    // Scores near 1e6 hold steps of 1e-3 to 1e-7 of themselves.
    CHECK(found.slope == doctest::Approx(-1669.3235911840822).epsilon(1e-5));
    CHECK(found.probability(1e6 + 2e-3) ==
          doctest::Approx(1 / (1 + std::exp(1.6693235911840822 * 2 - 2.791029885432764))).epsilon(1e-5));
}

TEST_CASE("many pairs of a known curve give the curve back") {
    ditto::Random random(5, ditto::RandomPurpose::test);
    const Calibration truth{-0.8, 12};
    std::vector<double> scores;
    std::vector<PairLabel> labels;
    for (int i = 0; i < 20000; ++i) {
        scores.push_back(random.uniform(5, 25));
        labels.push_back(random.chance(truth.probability(scores.back())) ? same : different);
    }
    // Standard errors, from the inverse of the Fisher information (20000 times the mean over the scores of p (1 - p)
    // (x, 1)(x, 1)'): 0.013 and 0.19; four of each.
    const Calibration found = fit_platt(scores, labels, distance);
    CHECK(std::abs(found.slope - truth.slope) < 0.052);
    CHECK(std::abs(found.intercept - truth.intercept) < 0.76);
}

TEST_CASE("scores that tell nothing, or the contrary, give every pair the share of same pairs") {
    auto labels = reference_labels();
    auto scores = reference_scores();
    labels.resize(11);
    scores.resize(11);
    for (PairLabel& label : labels) label = label == same ? different : same;
    const Calibration contrary = fit_platt(scores, labels, distance);
    CHECK(contrary.slope == 0);
    CHECK(contrary.intercept == doctest::Approx(-0.16923392203858706).epsilon(1e-12));
    CHECK(fit_platt(scores, labels, probability).slope > 0);  // as probabilities they are right

    const Calibration equal =
        fit_platt(std::vector{3.0, 3.0, 3.0, 3.0}, std::vector{same, different, same, same}, distance);
    CHECK(equal.slope == 0);
    // Targets 4/5, three times, and 1/3.
    CHECK(equal.probability(17) == doctest::Approx((3 * 4.0 / 5 + 1.0 / 3) / 4).epsilon(1e-12));
}

TEST_CASE("probabilities stay in [0, 1] for any score") {
    const Calibration calibration{-2, 5};
    CHECK(calibration.probability(2.5) == 0.5);
    CHECK(calibration.probability(1e300) == 0);
    CHECK(calibration.probability(-1e300) == 1);
    CHECK(calibration.probability(3) == doctest::Approx(0.2689414213699951).epsilon(1e-14));
}

TEST_CASE("a calibration is one line of text") {
    const Calibration calibration{-1.0 / 3, 1e-200};
    CHECK(ditto::parse_calibration(to_string(calibration)) == calibration);
    CHECK(to_string(Calibration{-0.5, 7.25}) == "slope=-0.5 intercept=7.25");
    for (const std::string text : {"", "slope=1", "slope=1 intercept=", "slope=nan intercept=0",
                                   "slope=1 intercept=inf", "slope=1 intercept=2 3", "intercept=2 slope=1"})
        CHECK_THROWS_WITH_AS(ditto::parse_calibration(text),
                             doctest::Contains(("calibration '" + text + "' is not of the form").c_str()),
                             ditto::Error);
}

TEST_CASE("scores and labels that mean nothing are refused") {
    const auto fit = [](const std::vector<double>& scores, const std::vector<PairLabel>& labels) {
        fit_platt(scores, labels, distance);
    };
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK_THROWS_WITH_AS(fit({1, nan}, {same, different}), doctest::Contains("pair 1 (counted from 0) is nan"),
                         ditto::Error);
    CHECK_THROWS_WITH_AS(fit({1}, {same, different}), doctest::Contains("1 scores for 2 labels"), ditto::Error);
    CHECK_THROWS_WITH_AS(fit({1, 2}, {same, same}), doctest::Contains("none is labelled different"), ditto::Error);
    CHECK_THROWS_WITH_AS(fit({}, {}), doctest::Contains("none is labelled same"), ditto::Error);
}
