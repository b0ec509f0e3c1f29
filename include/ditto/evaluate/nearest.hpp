// The nearest of many rows of features, exactly.
//
// Three steps, each for what the one before leaves in doubt:
//   1. Squared distances of all rows as |a|^2 + |b|^2 - 2ab, by one float32 matrix product for many queries, which
//   reads
//      the rows once: 2 FLOPs and at most 4 bytes for each number of each row.
//   2. Sums of squared differences, in float64 and in any order.
//   3. Distances as euclidean_distance() computes them, which order the result.
// A bound on the rounding of the first two makes sure that they leave out no row that may be among the nearest: results
// are those of comparing with every row. Where features are far apart, step 1 leaves little more than is asked for;
// where they differ by less than a float32 product can tell, it leaves all, and a search takes as long as step 2.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/core/parallel.hpp"
#include "ditto/device/cpu/gemm.hpp"
#include "ditto/evaluate/best_groups.hpp"
#include "ditto/evaluate/distance.hpp"

namespace ditto {

namespace detail {

// The sum of number(i)^2 over [0, count), in lanes that the compiler makes vectors of.
template <class Number>
double sum_of_squares(std::size_t count, const Number& number) {
    std::array<double, 16> lanes{};
    std::size_t i = 0;
    for (; i + lanes.size() <= count; i += lanes.size())
        for (std::size_t lane = 0; lane < lanes.size(); ++lane) lanes[lane] += number(i + lane) * number(i + lane);
    double sum = 0.0;
    for (; i < count; ++i) sum += number(i) * number(i);
    for (const double lane : lanes) sum += lane;
    return sum;
}

}  // namespace detail

/// Rows of features to search in: images, each of which belongs to a group (a person).
class NearestRows {
  public:
    /// `rows` is [images, dimension], held by the caller as long as this lives. `groups` is [images]: each row's group,
    /// any numbers; empty where each row is a group of its own. Throws Error when the features are not whole rows, when
    /// one is not finite, and when there is not one group for each row.
    NearestRows(std::span<const float> rows, std::size_t dimension, std::vector<std::uint32_t> groups = {},
                int threads = available_threads())
        : rows_(rows), dimension_(dimension), groups_(std::move(groups)), threads_(threads) {
        squares_ = squared_norms(rows);
        if (squares_.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
            throw Error(std::to_string(squares_.size()) + " rows are more than can be searched; split them");
        if (groups_.empty()) {
            groups_.resize(squares_.size());
            std::iota(groups_.begin(), groups_.end(), std::uint32_t{0});
        }
        if (groups_.size() != squares_.size())
            throw Error("there are " + std::to_string(groups_.size()) + " groups for " +
                        std::to_string(squares_.size()) + " rows; give one for each row");
    }

    std::size_t size() const { return squares_.size(); }  ///< rows

    /// For each of `queries`, [queries, dimension], the `count` nearest groups (all where there are fewer), each by its
    /// row of smallest Euclidean distance: nearest first, of equal distances the lower row first. Throws Error when the
    /// queries are not whole rows or not finite.
    std::vector<std::vector<RowScore>> find(std::span<const float> queries, std::size_t count) const {
        const std::vector<double> query_squares = squared_norms(queries);
        std::vector<std::vector<RowScore>> found;
        found.reserve(query_squares.size());
        std::vector<float> products;  // [queries of a block, rows]
        for (std::size_t first = 0; first < query_squares.size(); first += query_block) {
            const std::size_t block = std::min(query_block, query_squares.size() - first);
            multiply(queries.subspan(first * dimension_, block * dimension_), products);
            for (std::size_t i = 0; i < block; ++i)
                found.push_back(nearest(queries.subspan((first + i) * dimension_, dimension_), query_squares[first + i],
                                        std::span(products).subspan(i * size(), size()), count));
        }
        return found;
    }

  private:
    static constexpr std::size_t query_block = 32;     // products of so many queries are in memory at once
    static constexpr std::size_t row_chunk = 256;      // of one product: a megabyte of rows of 1024
    static constexpr std::size_t distance_chunk = 64;  // distances that a thread takes at a time
    static constexpr std::size_t few_queries = 4;      // below it, one product for each is faster

    // The range that a row's squared distance is in.
    struct Range {
        std::size_t row;
        double least, most;
    };

    // The squared length of each row: [rows].
    std::vector<double> squared_norms(std::span<const float> rows) const {
        if (dimension_ == 0 || rows.size() % dimension_ != 0)
            throw Error(std::to_string(rows.size()) + " values are not rows of features of " +
                        std::to_string(dimension_) + "; give the network's output size");
        std::vector<double> squares(rows.size() / dimension_);
        parallel_chunks(squares.size(), row_chunk, threads_, [&](std::size_t begin, std::size_t end) {
            for (std::size_t row = begin; row < end; ++row) {
                const float* numbers = rows.data() + row * dimension_;
                squares[row] = detail::sum_of_squares(dimension_, [=](std::size_t i) { return double{numbers[i]}; });
            }
        });
        // No square of a float overflows a double, so only what is not finite gives sums that are not.
        const auto bad = std::ranges::find_if_not(squares, [](double square) { return std::isfinite(square); });
        if (bad != squares.end())
            throw Error("row " + std::to_string(bad - squares.begin()) +
                        " (counted from 0) of the features is not finite; the weights are damaged, train again");
        return squares;
    }

    // products[query, row] = query . row, rounded to float32.
    void multiply(std::span<const float> queries, std::vector<float>& products) const {
        const std::size_t count = queries.size() / dimension_;
        products.resize(count * size());
        parallel_chunks(size(), row_chunk, threads_, [&](std::size_t begin, std::size_t end) {
            const auto rows = static_cast<int>(end - begin), dimension = static_cast<int>(dimension_);
            const MatrixOperand<const float> matrix{rows_.data() + begin * dimension_, dimension};
            if (count < few_queries) {
                for (std::size_t i = 0; i < count; ++i)
                    gemv(rows, dimension, matrix, queries.data() + i * dimension_,
                         products.data() + i * size() + begin);
            } else {
                gemm<float>(static_cast<int>(count), rows, dimension, {queries.data(), dimension},
                            {matrix.data, matrix.stride, true}, 0.0F,
                            {products.data() + begin, static_cast<int>(size())});
            }
        });
    }

    // How far a squared distance may lie from its exact value, a and b being the squared lengths, when sums and
    // products have the rounding unit u. In whatever order n products are summed, the sum errs by no more than n u / (1
    // - n u) |a||b| (Higham, "Accuracy and Stability of Numerical Algorithms", 2002, section 3.1); the factor 4 in
    // place of 2 covers the denominator.
    double product_error(double a, double b) const {
        constexpr double unit = std::numeric_limits<float>::epsilon() / 2.0,
                         smallest = std::numeric_limits<float>::min();
        return terms() * 4.0 * (unit * std::sqrt(a) * std::sqrt(b) + smallest) + sum_error(a, b);
    }
    // The same for sums of squares in float64, of differences of up to |a| + |b|. It covers the rounding of
    // euclidean_distance too, so that two rows of equal distance stay together.
    double sum_error(double a, double b) const {
        return terms() * 8.0 * (std::numeric_limits<double>::epsilon() / 2.0) * (a + b);
    }
    double terms() const { return static_cast<double>(dimension_ + 8); }

    // Leaves out each row that is farther than the rows of `count` groups.
    void narrow(std::vector<Range>& ranges, std::size_t count) const {
        std::vector<RowScore> most;
        most.reserve(ranges.size());
        for (const Range& range : ranges) most.push_back({range.row, range.most});
        const std::vector<RowScore> within = best_groups(std::move(most), groups_, count, ScoreKind::distance);
        const double limit = within.empty() ? -std::numeric_limits<double>::infinity() : within.back().score;
        std::erase_if(ranges, [limit](const Range& range) { return range.least > limit; });
    }

    std::vector<RowScore> nearest(std::span<const float> query, double query_square, std::span<const float> products,
                                  std::size_t count) const {
        constexpr double infinity = std::numeric_limits<double>::infinity();
        std::vector<Range> ranges(size());
        for (std::size_t row = 0; row < size(); ++row) {
            const double square = query_square + squares_[row] - 2.0 * static_cast<double>(products[row]);
            const double error = product_error(query_square, squares_[row]);
            const bool known = std::isfinite(square);  // a product may be too large for a float
            ranges[row] = {row, known ? square - error : -infinity, known ? square + error : infinity};
        }
        narrow(ranges, count);

        parallel_chunks(ranges.size(), distance_chunk, threads_, [&](std::size_t begin, std::size_t end) {
            for (Range& range : std::span(ranges).subspan(begin, end - begin)) {
                const float *a = query.data(), *b = rows_.data() + range.row * dimension_;
                const double square =
                    detail::sum_of_squares(dimension_, [=](std::size_t i) { return double{a[i]} - double{b[i]}; });
                const double error = sum_error(query_square, squares_[range.row]);
                range = {range.row, square - error, square + error};
            }
        });
        narrow(ranges, count);

        std::vector<RowScore> distances(ranges.size());
        parallel_chunks(ranges.size(), distance_chunk, threads_, [&](std::size_t begin, std::size_t end) {
            for (std::size_t i = begin; i < end; ++i) {
                const std::size_t row = ranges[i].row;
                distances[i] = {row, euclidean_distance(query, rows_.subspan(row * dimension_, dimension_))};
            }
        });
        return best_groups(std::move(distances), groups_, count, ScoreKind::distance);
    }

    std::span<const float> rows_;
    std::size_t dimension_;
    std::vector<std::uint32_t> groups_;
    int threads_;
    std::vector<double> squares_;
};

}  // namespace ditto
