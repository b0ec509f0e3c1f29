// Activations: layers that are a function of each number by itself, written once for all devices.
#pragma once

#include <concepts>

#include "ditto/layers/layer.hpp"

namespace ditto {

/// Base of an activation whose gradient is a function of its output. The whole of one:
///
///     struct Softplus : ditto::Activation {
///         template <class T> static constexpr T value(T x) { return std::log1p(std::exp(x)); }
///         template <class T> static constexpr T gradient(T y, T dy) { return dy * -std::expm1(-y); }
///     };
///
/// `value(x)` is the function; `gradient(y, dy)` turns dy, the gradient of the output y, into the input's. Every device
/// takes them from there, in its own precision.
struct Activation : ElementwiseLayer {};

/// Base of an activation whose gradient needs its input: gradient(x, dy). The input is kept for it.
struct ActivationOfInput : Activation {
    static constexpr bool backward_reads_input = true;
    static constexpr bool backward_reads_output = false;
};

}  // namespace ditto
