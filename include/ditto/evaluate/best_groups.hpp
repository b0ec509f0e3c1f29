// The best of many scored rows, where rows belong to groups: of a person's images, the one that is most alike.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/core/score_kind.hpp"

namespace ditto {

/// A row (of features) and its score.
struct RowScore {
    std::size_t row = 0;
    double score = 0;

    bool operator==(const RowScore&) const = default;
};

/// The `count` best groups (all where there are fewer), each by its best row: best first, of equal scores the lower row
/// first. `groups` holds each row's group, by row. Distances are the better the smaller they are, probabilities the
/// larger. Throws Error when a row has no group, or a score is NaN.
inline std::vector<RowScore> best_groups(std::vector<RowScore> scores, std::span<const std::uint32_t> groups,
                                         std::size_t count, ScoreKind kind) {
    const auto better = [kind](const RowScore& a, const RowScore& b) {
        if (a.score == b.score) return a.row < b.row;
        return kind == ScoreKind::distance ? a.score < b.score : a.score > b.score;
    };
    const auto bad = std::ranges::find_if(scores, [](const RowScore& row) { return row.score != row.score; });
    if (bad != scores.end())
        throw Error("the score of row " + std::to_string(bad->row) +
                    " (counted from 0) is not a number; look at what made it");
    std::vector<RowScore> best;
    std::unordered_set<std::uint32_t> seen;
    // Few rows are wanted of many: sort them piece by piece until enough groups are seen.
    count = std::min(count, scores.size());
    std::size_t piece = 4 * count + 16;
    for (auto begin = scores.begin(); begin != scores.end() && best.size() < count; piece *= 2) {
        const auto end = begin + std::min(static_cast<std::ptrdiff_t>(piece), scores.end() - begin);
        std::partial_sort(begin, end, scores.end(), better);
        for (; begin != end && best.size() < count; ++begin) {
            if (begin->row >= groups.size())
                throw Error("row " + std::to_string(begin->row) + " (counted from 0) has no group; there are " +
                            std::to_string(groups.size()));
            if (seen.insert(groups[begin->row]).second) best.push_back(*begin);
        }
    }
    return best;
}

}  // namespace ditto
