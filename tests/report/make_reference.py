"""Computes the numbers of reference_map.hpp: t-SNE's joint probabilities, the divergence and its gradient by
scikit-learn, the principal components by NumPy. Needs both, and clang-format for the layout.

make_reference.py | clang-format --assume-filename=reference_map.hpp > reference_map.hpp
"""

import numpy
from scipy.spatial.distance import pdist, squareform
from sklearn.manifold import _t_sne

POINTS = [[0, 0, 0, 1], [1, 0.5, 0, 0], [0.25, 1, 0.5, 0], [4, 4, 3, 1], [5, 4, 3.5, 0], [4, 5.5, 3, 0.5],
          [-3, 2, 6, 1], [-3.5, 2.5, 6, 0]]
MAP = [[0.5, -1], [1, 0.25], [-0.75, 0.5], [2, 2], [3, 1.5], [2.5, 3], [-2, 1], [-1.5, 2.5]]
PERPLEXITY = 2.5


def text(numbers):
    return ", ".join(f"{float(number):.12g}" for number in numpy.ravel(numbers))


def main():
    points = numpy.array(POINTS, dtype=numpy.float32)
    count = len(points)
    squares = squareform(pdist(points.astype(float), "sqeuclidean"))
    joint = _t_sne._joint_probabilities(squares.astype(numpy.float32), PERPLEXITY, 0).round(6)
    divergence, gradient = _t_sne._kl_divergence(numpy.array(MAP, dtype=float).ravel(), joint, 1, count, 2)
    centred = points.astype(float) - points.astype(float).mean(axis=0)
    left, values, _ = numpy.linalg.svd(centred, full_matrices=False)
    components = left[:, :2] * values[:2]
    for axis in range(2):
        components[:, axis] *= numpy.sign(components[numpy.argmax(abs(components[:, axis])), axis])
    print(f"""// Written by make_reference.py.
#pragma once

#include <array>

#include "ditto/report/embedding_map.hpp"

namespace reference {{

constexpr std::size_t points = {count}, dimension = {points.shape[1]};
constexpr double perplexity = {PERPLEXITY};
constexpr std::array<float, {points.size}> features = {{{text(points)}}};
constexpr std::array<double, {2 * count}> map = {{{text(MAP)}}};  // some place for each point
constexpr std::array<double, {count**2}> probabilities = {{{text(squareform(joint))}}};
constexpr double divergence = {float(divergence)!r};  // of the map
constexpr std::array<double, {2 * count}> gradient = {{{text(gradient)}}};
constexpr std::array<double, {2 * count}> components = {{{text(components)}}};

}}  // namespace reference""")


if __name__ == "__main__":
    main()
