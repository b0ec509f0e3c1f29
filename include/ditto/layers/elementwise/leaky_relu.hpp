// LeakyReLU: a ReLU that lets a share of negative numbers through (torch.nn.LeakyReLU).
#pragma once

#include <ratio>

#include "ditto/layers/elementwise/activation.hpp"

namespace ditto {

/// y = x for x > 0 and Slope * x otherwise. Slope is a std::ratio in (0, 1]; PyTorch's default is 1/100.
template <class Slope>
struct LeakyReLU : Activation {
    static_assert(Slope::num > 0 && Slope::num <= Slope::den, "ditto: the slope of LeakyReLU is in (0, 1]");
    static constexpr double slope = static_cast<double>(Slope::num) / static_cast<double>(Slope::den);

    template <class T>
    static constexpr T value(T x) {
        return x > 0 ? x : static_cast<T>(slope) * x;
    }
    // The slope is positive, so the output's sign is the input's.
    template <class T>
    static constexpr T gradient(T y, T dy) {
        return y > 0 ? dy : static_cast<T>(slope) * dy;
    }
};

}  // namespace ditto
