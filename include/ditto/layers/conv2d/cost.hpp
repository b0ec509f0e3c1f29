// What a convolution costs by each algorithm, in operations on numbers for one image: the model by which the algorithm
// is chosen while compiling.
//
// A product of register tiles does one operation of each vector lane a cycle. A transform does an addition or
// multiplication-addition a cycle too, but it also loads and stores what the products would have kept in registers, so
// each of its operations counts `transform_weight` times; the figure, from measurements of the face network's layers,
// need not be exact, because the algorithms lie far apart for all but the smallest layers.
#pragma once

#include <cstddef>

#include "ditto/layers/conv2d/tiles.hpp"

namespace ditto::detail {

enum class ConvolutionPass : unsigned char { forward, input_gradient, weight_gradient };

/// A convolution with stride 1 of [height, width, in] to [height, width, out].
struct ConvolutionShape {
    double height, width, in, out, kernel;
};

/// Unfolding, then products.
constexpr double direct_cost(ConvolutionShape shape) {
    const double windows = shape.height * shape.width, taps = shape.kernel * shape.kernel;
    const double unfolding = 2 * windows * taps * shape.in;  // a load and a store for each number
    return windows * taps * shape.in * shape.out + unfolding;
}

/// Minimal filtering with tiles of 4x4 outputs; the filters' transform is shared by `images` images.
constexpr double winograd_cost(ConvolutionShape shape, ConvolutionPass pass, double images = 16) {
    constexpr double transform_weight = 2;
    const double tiles = shape.height * shape.width / tile_pixels;
    const double inputs = tile_size + shape.kernel - 1, elements = inputs * inputs;
    // A transform of m x m to n x n is applied to m lines and then to n; a line of n results from m numbers costs m n /
    // 2 operations, because pairs of points share halves.
    const auto transform = [&](double from, double to) { return (from + to) * from * to / 2; };
    double each_tile = 0, once = 0;
    if (pass == ConvolutionPass::weight_gradient) {
        each_tile = shape.in * transform(inputs, inputs) + shape.out * transform(tile_size, inputs);
        once = shape.in * shape.out * transform(inputs, shape.kernel);
    } else {
        each_tile = shape.in * transform(inputs, inputs) + shape.out * transform(inputs, tile_size);
        once = shape.in * shape.out * transform(shape.kernel, inputs);
    }
    return tiles * elements * shape.in * shape.out + transform_weight * (tiles * each_tile + once / images);
}

}  // namespace ditto::detail
