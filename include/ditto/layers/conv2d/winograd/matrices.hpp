// Minimal filtering F(m, r): m outputs of a filter of r taps from n = m + r - 1 inputs with n multiplications,
//
//     y = A^T [(G g) * (B^T d)],       in two dimensions  Y = A^T [(G g G^T) * (B^T D B)] A.
//
// The matrices follow from interpolation at n - 1 points and infinity (Winograd, "Arithmetic complexity of
// computations", 1980; Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR 2016), computed here
// for n = 6 and 8. The points are those with the smallest rounding error of the sets tried (Barabasz, Anderson,
// Soodhalter, Gregg: "Error analysis and improving the accuracy of Winograd convolution", 2020): for n = 6, 3/4 and 3/2
// halve the error of 1 and 2. Points come in pairs p, -p, and the rows (of A^T, columns) that belong to a pair share
// their even and their odd part, which halves the multiplications of a transform.
#pragma once

#include <array>
#include <cstddef>

#include "ditto/device/cpu/simd.hpp"

namespace ditto::detail {

/// The finite points for n inputs of a tile.
template <int Inputs>
inline constexpr std::array<double, 7> winograd_points = {0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5};
template <>
inline constexpr std::array<double, 5> winograd_points<6> = {0.0, 0.75, -0.75, 1.5, -1.5};

/// The matrices of F(Outputs, Taps).
template <int Outputs, int Taps>
struct WinogradMatrices {
    static constexpr int inputs = Outputs + Taps - 1;
    static_assert(inputs == 6 || inputs == 8, "there are points for these sizes");
    static constexpr int finite = inputs - 1;  ///< points that are not infinity

    template <int Rows, int Columns>
    using Matrix = std::array<std::array<double, Columns>, Rows>;
    Matrix<Outputs, inputs> a{};  ///< A^T
    Matrix<inputs, Taps> g{};     ///< G
    Matrix<inputs, inputs> b{};   ///< B^T

    constexpr WinogradMatrices() {
        for (int i = 0; i < finite; ++i) {
            double power = 1.0;
            for (int j = 0; j < Outputs; ++j, power *= point(i)) at(a, j, i) = power;
            double scale = 1.0;  // the product of the distances to the other points
            for (int other = 0; other < finite; ++other)
                if (other != i) scale *= point(i) - point(other);
            power = 1.0 / scale;
            for (int k = 0; k < Taps; ++k, power *= point(i)) at(g, i, k) = power;
            at(b, i) = polynomial_through_all_but(i);
        }
        at(a, Outputs - 1, finite) = 1.0;
        at(g, finite, Taps - 1) = 1.0;
        at(b, finite) = polynomial_through_all_but(-1);
    }

  private:
    static constexpr double point(int index) { return winograd_points<inputs>[static_cast<std::size_t>(index)]; }
    template <class M>
    static constexpr auto& at(M& matrix, int row) {
        return matrix[static_cast<std::size_t>(row)];
    }
    template <class M>
    static constexpr double& at(M& matrix, int row, int column) {
        return matrix[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
    }
    // The coefficients, lowest first, of the product of (x - p) over the finite points p except one.
    static constexpr std::array<double, inputs> polynomial_through_all_but(int except) {
        std::array<double, inputs> coefficients{1.0};
        int degree = 0;
        for (int i = 0; i < finite; ++i) {
            if (i == except) continue;
            ++degree;
            for (int k = degree; k >= 0; --k) {
                const auto at_k = static_cast<std::size_t>(k);
                coefficients[at_k] = (k > 0 ? coefficients[at_k - 1] : 0.0) - point(i) * coefficients[at_k];
            }
        }
        return coefficients;
    }
};

// The three matrices as types, to be template arguments.
template <int Outputs, int Taps>
struct OutputTransform {
    static constexpr auto matrix = WinogradMatrices<Outputs, Taps>{}.a;
};
template <int Outputs, int Taps>
struct FilterTransform {
    static constexpr auto matrix = WinogradMatrices<Outputs, Taps>{}.g;
};
template <int Outputs, int Taps>
struct InputTransform {
    static constexpr auto matrix = WinogradMatrices<Outputs, Taps>{}.b;
};

/// sum + Factor x, as cheaply as the factor allows. `first`: there is no sum yet.
template <class V>
[[gnu::always_inline]] inline V add_scaled(const V& sum, double factor, const V& x, bool first) {
    using T = typename V::value_type;
    if (first) return factor == 1.0 ? x : V(static_cast<T>(factor)) * x;
    if (factor == 1.0) return sum + x;
    if (factor == -1.0) return sum - x;
    return xsimd::fma(V(static_cast<T>(factor)), x, sum);
}

/// The part of row `Row` of the matrix times x that even (Parity 0), odd (1) or all (-1) columns give.
template <class Transform, int Row, int Parity, class V>
[[gnu::always_inline]] inline V partial_row(const V* x) {
    constexpr auto row = Transform::matrix[Row];
    V sum(typename V::value_type{0});
    bool first = true;
    unrolled<static_cast<int>(row.size())>([&](auto column) {
        constexpr double factor = Transform::matrix[Row][column];
        if constexpr (factor != 0.0 && (Parity < 0 || column % 2 == Parity)) {
            sum = add_scaled(sum, factor, x[column], first);
            first = false;
        }
    });
    return sum;
}

/// y = matrix x for B^T or G: rows 1 and 2, 3 and 4, ... belong to the points p and -p.
template <class Transform, class V>
[[gnu::always_inline]] inline void transform_by_rows(const V* x, V* y) {
    constexpr int rows = static_cast<int>(Transform::matrix.size());
    y[0] = partial_row<Transform, 0, -1>(x);
    y[rows - 1] = partial_row<Transform, rows - 1, -1>(x);
    unrolled<(rows - 2) / 2>([&](auto pair) {
        constexpr int plus = 1 + 2 * pair;
        const V even = partial_row<Transform, plus, 0>(x), odd = partial_row<Transform, plus, 1>(x);
        y[plus] = even + odd;
        y[plus + 1] = even - odd;
    });
}

/// y = matrix x for A^T: columns 1 and 2, 3 and 4, ... belong to the points p and -p.
template <class Transform, class V>
[[gnu::always_inline]] inline void transform_by_columns(const V* x, V* y) {
    constexpr int rows = static_cast<int>(Transform::matrix.size()),
                  columns = static_cast<int>(Transform::matrix[0].size());
    constexpr int pairs = (columns - 2) / 2;
    V sums[pairs], differences[pairs];
    unrolled<pairs>([&](auto pair) {
        sums[pair] = x[1 + 2 * pair] + x[2 + 2 * pair];
        differences[pair] = x[1 + 2 * pair] - x[2 + 2 * pair];
    });
    unrolled<rows>([&](auto row) {
        V total = x[0];
        unrolled<pairs>([&](auto pair) {
            total = add_scaled(total, Transform::matrix[row][1 + 2 * pair],
                               row % 2 == 0 ? sums[pair] : differences[pair], row > 0 && pair == 0);
        });
        y[row] = row == rows - 1 ? total + x[columns - 1] : total;
    });
}

/// Y = matrix X matrix^T, X [In, In] and Y [Out, Out] of vectors, by applying `transform` to rows and then to columns.
template <int In, int Out, class V, class Apply>
[[gnu::always_inline]] inline void transform_tile(const V* x, V* y, const Apply& transform) {
    V half[In][Out];  // X matrix^T
    for (int row = 0; row < In; ++row) transform(x + row * In, half[row]);
    for (int column = 0; column < Out; ++column) {
        V line[In], result[Out];
        for (int row = 0; row < In; ++row) line[row] = half[row][column];
        transform(line, result);
        for (int row = 0; row < Out; ++row) y[row * Out + column] = result[row];
    }
}

}  // namespace ditto::detail
