// ReLU: max(x, 0) (torch.nn.ReLU).
#pragma once

#include "ditto/core/select.hpp"
#include "ditto/layers/elementwise/activation.hpp"

namespace ditto {

/// y = max(x, 0) for every number, NaN for NaN; the gradient at 0 is 0. T may be a vector of numbers.
struct ReLU : Activation {
    template <class T>
    [[gnu::always_inline]] static constexpr T value(const T& x) {
        using detail::select;
        return select(x < T(0), T(0), x);
    }
    template <class T>
    [[gnu::always_inline]] static constexpr T gradient(const T& y, const T& dy) {
        using detail::select;
        return select(y > T(0), dy, T(0));
    }
};

}  // namespace ditto
