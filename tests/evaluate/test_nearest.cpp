// The nearest rows and the best groups, beside comparing with every row in float64.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <ditto/core/error.hpp>
#include <ditto/core/random.hpp>
#include <ditto/evaluate/nearest.hpp>
#include <limits>
#include <map>
#include <span>
#include <tuple>
#include <vector>

namespace {

using ditto::NearestRows, ditto::RowScore, ditto::ScoreKind;
using Found = std::vector<std::vector<RowScore>>;

std::vector<float> noise(std::size_t count, std::uint64_t seed, double centre = 0.0) {
    ditto::Random random(seed, ditto::RandomPurpose::test);
    std::vector<float> numbers(count);
    for (float& number : numbers) number = static_cast<float>(random.uniform(-1.0, 1.0) + centre);
    return numbers;
}

// By the definition: every distance, and for every group the first of its rows at the least distance.
Found brute_force(const std::vector<float>& rows, std::size_t dimension, const std::vector<std::uint32_t>& groups,
                  const std::vector<float>& queries, std::size_t count) {
    Found found;
    for (std::size_t query = 0; query < queries.size(); query += dimension) {
        std::map<std::uint32_t, RowScore> best;
        for (std::size_t row = 0; row < rows.size() / dimension; ++row) {
            double squares = 0.0;
            for (std::size_t i = 0; i < dimension; ++i) {
                const double difference = double{queries[query + i]} - double{rows[row * dimension + i]};
                squares += difference * difference;
            }
            const RowScore candidate{row, std::sqrt(squares)};
            const auto [place, is_new] = best.emplace(groups[row], candidate);
            if (!is_new && candidate.score < place->second.score) place->second = candidate;
        }
        std::vector<RowScore> order;
        for (const auto& [group, score] : best) order.push_back(score);
        std::ranges::sort(order, {}, [](const RowScore& each) { return std::tuple(each.score, each.row); });
        order.resize(std::min(count, order.size()));
        found.push_back(order);
    }
    return found;
}

std::vector<std::uint32_t> cyclic_groups(std::size_t rows, std::size_t groups) {
    std::vector<std::uint32_t> group_of_row(rows);
    for (std::size_t row = 0; row < rows; ++row) group_of_row[row] = static_cast<std::uint32_t>(row * 7 % groups);
    return group_of_row;
}

}  // namespace

TEST_CASE("a few rows by hand") {
    const std::vector<float> rows{3, 4, 0, 0, 6, 8, -3, 4};  // [4, 2]
    const std::vector<float> queries{0, 0, 6, 8};
    const Found nearest = NearestRows(rows, 2).find(queries, 3);
    CHECK(nearest == Found{{{1, 0}, {0, 5}, {3, 5}}, {{2, 0}, {0, 5}, {3, std::sqrt(97.0)}}});
    // Rows 0 and 2 are one person, rows 1 and 3 another.
    const Found people = NearestRows(rows, 2, {9, 4, 9, 4}).find(queries, 5);
    CHECK(people == Found{{{1, 0}, {0, 5}}, {{2, 0}, {3, std::sqrt(97.0)}}});
}

TEST_CASE("the same as comparing with every row, on any number of threads") {
    // More rows than a chunk and more queries than a block, none a multiple of it. Far from the origin the float32
    // product says nothing of such distances: only the exact ones can put the rows in order.
    constexpr std::size_t dimension = 37, count = 1000;
    for (const double centre : {0.0, 1.0, 3000.0}) {
        CAPTURE(centre);
        const std::vector<float> rows = noise(count * dimension, 1, centre);
        const std::vector<float> queries = noise(35 * dimension, 2, centre);
        for (const std::size_t groups : {std::size_t{1}, std::size_t{13}, count}) {
            const auto group_of_row = cyclic_groups(count, groups);
            for (const std::size_t wanted : {std::size_t{1}, std::size_t{5}, std::size_t{200}, 2 * count}) {
                const Found expected = brute_force(rows, dimension, group_of_row, queries, wanted);
                for (const int threads : {1, 3})
                    CHECK(NearestRows(rows, dimension, group_of_row, threads).find(queries, wanted) == expected);
            }
        }
    }
}

TEST_CASE("of equal distances the lower row comes first") {
    // Each row of the second half is one of the first; the queries are rows themselves.
    constexpr std::size_t dimension = 16, half = 300;
    std::vector<float> rows = noise(half * dimension, 3);
    rows.insert(rows.end(), rows.begin(), rows.begin() + half * dimension);
    const std::vector<float> queries(rows.begin() + 100 * dimension, rows.begin() + 110 * dimension);
    const auto own = cyclic_groups(2 * half, 2 * half);
    const Found found = NearestRows(rows, dimension).find(queries, 7);
    CHECK(found == brute_force(rows, dimension, own, queries, 7));
    for (std::size_t i = 0; i < found.size(); ++i) {
        CHECK(found[i][0] == RowScore{100 + i, 0});
        CHECK(found[i][1] == RowScore{100 + half + i, 0});
    }
    // All rows alike: the lowest ones, in order.
    const std::vector<float> alike(50 * dimension, 2.5F), query(dimension, 1.0F);
    CHECK(NearestRows(alike, dimension).find(query, 3) == Found{{{0, 6}, {1, 6}, {2, 6}}});
}

TEST_CASE("numbers whose products a float does not hold") {
    const std::vector<float> rows{1e30F, -1e30F, 2e30F, 1e-30F, 2e-30F, 3e38F};  // [6, 1]
    const std::vector<float> queries{1e30F, 1.4e-30F, 0.0F};
    CHECK(NearestRows(rows, 1).find(queries, 5) == brute_force(rows, 1, {0, 1, 2, 3, 4, 5}, queries, 5));
}

TEST_CASE("nothing to find, and nothing to find it in") {
    const std::vector<float> rows{1, 2, 3, 4}, none;
    CHECK(NearestRows(rows, 2).find(none, 3).empty());
    CHECK(NearestRows(rows, 2).find(rows, 0) == Found{{}, {}});
    CHECK(NearestRows(none, 2).find(rows, 3) == Found{{}, {}});
}

TEST_CASE("features that are no rows are refused") {
    const std::vector<float> rows{1, 2, 3, 4, 5, 6};
    CHECK_THROWS_WITH_AS(NearestRows(rows, 4), doctest::Contains("6 values are not rows of features of 4"),
                         ditto::Error);
    CHECK_THROWS_AS(NearestRows(rows, 0), ditto::Error);
    CHECK_THROWS_WITH_AS(NearestRows(rows, 2, {1, 2}), doctest::Contains("2 groups for 3 rows"), ditto::Error);
    CHECK_THROWS_AS(NearestRows(rows, 2).find(std::vector<float>(3), 1), ditto::Error);
    for (const float bad : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
        std::vector<float> damaged = rows;
        damaged[3] = bad;
        CHECK_THROWS_WITH_AS(NearestRows(damaged, 2), doctest::Contains("row 1 (counted from 0)"), ditto::Error);
        CHECK_THROWS_AS(NearestRows(rows, 2).find(damaged, 1), ditto::Error);
    }
}

TEST_CASE("the best groups by probability") {
    const std::vector<RowScore> scores{{0, 0.5}, {1, 0.9}, {2, 0.5}, {3, 0.9}, {4, 0.1}};
    const std::vector<std::uint32_t> groups{0, 1, 2, 2, 3};
    const auto best = [&](std::size_t count) { return best_groups(scores, groups, count, ScoreKind::probability); };
    CHECK(best(3) == std::vector<RowScore>{{1, 0.9}, {3, 0.9}, {0, 0.5}});
    CHECK(best(9) == std::vector<RowScore>{{1, 0.9}, {3, 0.9}, {0, 0.5}, {4, 0.1}});
    CHECK(best(std::numeric_limits<std::size_t>::max()) == best(9));
    CHECK_THROWS_WITH_AS(best_groups({{5, 0.5}}, groups, 1, ScoreKind::probability),
                         doctest::Contains("row 5 (counted from 0) has no group"), ditto::Error);
}
