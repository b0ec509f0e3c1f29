// Where the pixels of a network's input lie in a stored image.
#pragma once

#include <algorithm>
#include <cmath>

#include "ditto/images/augmentation.hpp"

namespace ditto::detail {

/// Position in the stored image, in pixels from the centre of its first one, as an affine function of the output's
/// row and column.
struct AffineMap {
    double x, x_by_row, x_by_column;
    double y, y_by_row, y_by_column;

    AffineMap(int stored_height, int stored_width, double window, const Augmentation& augmentation, int height,
              int width) {
        // Augmentation runs from the original to the output; here each step is undone, in the opposite order.
        const double to_stored_x = (augmentation.mirror ? -1.0 : 1.0) * window * stored_width / width;
        const double to_stored_y = window * stored_height / height;
        const double cosine = std::cos(augmentation.rotation) / augmentation.scale;
        const double sine = std::sin(augmentation.rotation) / augmentation.scale;
        x_by_column = to_stored_x * cosine;
        x_by_row = to_stored_x * -sine;
        y_by_column = to_stored_y * sine;
        y_by_row = to_stored_y * cosine;
        const double column = 0.5 - 0.5 * width - augmentation.shift_x, row = 0.5 - 0.5 * height - augmentation.shift_y;
        x = 0.5 * stored_width - 0.5 + x_by_row * row + x_by_column * column;
        y = 0.5 * stored_height - 0.5 + y_by_row * row + y_by_column * column;
    }

    /// Samples a side of one output pixel: as many as stored pixels go into one step, in the direction that covers
    /// most.
    int samples() const {
        const double step = std::max(std::hypot(x_by_row, y_by_row), std::hypot(x_by_column, y_by_column));
        // The tolerance keeps rounding in the map from doubling the samples of an image of exactly the right size.
        return std::clamp(static_cast<int>(std::ceil(step - 0.01)), 1, 4);
    }
};

}  // namespace ditto::detail
