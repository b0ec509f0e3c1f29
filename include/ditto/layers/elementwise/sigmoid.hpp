// Sigmoid: 1 / (1 + exp(-x)) (torch.nn.Sigmoid).
#pragma once

#include <cmath>

#include "ditto/layers/elementwise/activation.hpp"

namespace ditto {

/// y = 1 / (1 + exp(-x)) for every number.
struct Sigmoid : Activation {
    static constexpr std::int64_t flops(Extents in) { return 4 * in.size(); }

    template <class T>
    static constexpr T value(T x) {
        return T{1} / (T{1} + std::exp(-x));
    }
    template <class T>
    static constexpr T gradient(T y, T dy) {
        return dy * y * (T{1} - y);
    }
};

}  // namespace ditto
