// What is no number, or no label, decides nothing.
#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <vector>

#include "ditto/evaluate/best_groups.hpp"
#include "ditto/evaluate/nearest.hpp"
#include "ditto/evaluate/platt.hpp"
#include "ditto/evaluate/roc.hpp"

using namespace ditto;

namespace {
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
}

TEST_CASE("a score or a threshold that is NaN is neither same nor different") {
    for (const ScoreKind kind : {ScoreKind::distance, ScoreKind::probability}) {
        CHECK_THROWS_WITH_AS(accepts(kind, 0.5, not_a_number), doctest::Contains("a pair of the score nan"), Error);
        CHECK_THROWS_WITH_AS(accepts(kind, not_a_number, 0.5), doctest::Contains("by the threshold nan"), Error);
        CHECK_THROWS_AS(accuracy_at(std::array{0.5}, std::array{PairLabel::same}, kind, not_a_number), Error);
        CHECK_THROWS_AS(
            roc_curve(std::array{0.5, not_a_number}, std::array{PairLabel::same, PairLabel::different}, kind), Error);
        CHECK_THROWS_WITH_AS(best_groups({{0, 0.1}, {1, not_a_number}}, std::array<std::uint32_t, 2>{0, 1}, 1, kind),
                             doctest::Contains("the score of row 1"), Error);
    }
    static_assert(accepts(ScoreKind::distance, 0.5, 0.5) && !accepts(ScoreKind::probability, 0.5, 0.4));
}

TEST_CASE("so are features that are not finite") {
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        std::vector<float> rows(4, 1.0F);
        rows[3] = bad;
        CHECK_THROWS_WITH_AS(NearestRows(rows, 2), doctest::Contains("row 1"), Error);
        const std::vector<float> good(4, 1.0F);
        CHECK_THROWS_AS(NearestRows(good, 2).find(rows, 1), Error);
    }
}

TEST_CASE("a label that is none is refused") {
    const std::array scores{0.1, 0.2, 0.3};
    const std::array labels{PairLabel::same, PairLabel::different, static_cast<PairLabel>(7)};
    const char* message = "the label of pair 2 (counted from 0) is 7";
    CHECK_THROWS_WITH_AS(roc_curve(scores, labels, ScoreKind::distance), doctest::Contains(message), Error);
    CHECK_THROWS_WITH_AS(accuracy_at(scores, labels, ScoreKind::distance, 0.2), doctest::Contains(message), Error);
    CHECK_THROWS_WITH_AS(fit_platt(scores, labels, ScoreKind::distance), doctest::Contains(message), Error);
}
