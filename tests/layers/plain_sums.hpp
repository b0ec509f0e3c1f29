// A convolution's passes as plain sums in float64: the slow twin of all algorithms.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace ditto::test {

/// A convolution of `images` images, and its inputs. Layouts as ditto's: [images, height, width, in], [kernel, kernel,
/// in, out].
struct PlainConvolution {
    int height, width, in, out, kernel, padding, stride;
    std::size_t images;
    std::vector<double> x, weight, bias, dy;
    std::vector<double> output, input_gradient, weight_gradient, bias_gradient;

    int rows() const { return (height + 2 * padding - kernel) / stride + 1; }
    int columns() const { return (width + 2 * padding - kernel) / stride + 1; }

    /// Fills the second four from the first four.
    void run() {
        output.assign(images * size(rows(), columns(), out), 0.0);
        input_gradient.assign(x.size(), 0.0);
        weight_gradient.assign(weight.size(), 0.0);
        bias_gradient.assign(bias.size(), 0.0);
        for (int image = 0; image < static_cast<int>(images); ++image)
            for (int row = 0; row < rows(); ++row)
                for (int column = 0; column < columns(); ++column) add_window(image, row, column);
    }

  private:
    static std::size_t size(int a, int b, int c) {
        return static_cast<std::size_t>(a) * static_cast<std::size_t>(b * c);
    }

    void add_window(int image, int row, int column) {
        const auto first = static_cast<std::size_t>(((image * rows() + row) * columns() + column) * out);
        const auto outs = static_cast<std::size_t>(out), ins = static_cast<std::size_t>(in);
        for (std::size_t o = 0; o < outs; ++o) {
            output[first + o] += bias[o];
            bias_gradient[o] += dy[first + o];
        }
        for (int i = 0; i < kernel; ++i)
            for (int j = 0; j < kernel; ++j) {
                const int y = row * stride + i - padding, z = column * stride + j - padding;
                if (y < 0 || z < 0 || y >= height || z >= width) continue;
                const auto pixel = static_cast<std::size_t>(((image * height + y) * width + z) * in);
                const auto tap = static_cast<std::size_t>((i * kernel + j) * in * out);
                for (std::size_t c = 0; c < ins; ++c)
                    for (std::size_t o = 0; o < outs; ++o) {
                        output[first + o] += x[pixel + c] * weight[tap + c * outs + o];
                        input_gradient[pixel + c] += dy[first + o] * weight[tap + c * outs + o];
                        weight_gradient[tap + c * outs + o] += dy[first + o] * x[pixel + c];
                    }
            }
    }
};

/// The largest difference as a share of the root mean square of `right`.
template <class Numbers>
double largest_error(const Numbers& found, const std::vector<double>& right) {
    double largest = 0.0, squares = 0.0;
    for (std::size_t i = 0; i < right.size(); ++i) {
        const double error = std::abs(static_cast<double>(found[i]) - right[i]);
        largest = error <= largest ? largest : error;  // NaN comes through
        squares += right[i] * right[i];
    }
    return squares == 0.0 ? largest : largest / std::sqrt(squares / static_cast<double>(right.size()));
}

}  // namespace ditto::test
