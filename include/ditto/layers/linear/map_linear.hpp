// MapLinear: Flatten and the Linear after it as one layer. Users do not write it: a network is run with it, on every
// device (network/execution.hpp).
#pragma once

#include "ditto/layers/flatten/flatten.hpp"
#include "ditto/layers/fusion.hpp"
#include "ditto/layers/linear/linear.hpp"

namespace ditto {

/// y = x W^T + b for a map x [H, W, C] of In numbers. Memory holds the weight in the map's order, [H * W, C, Out], so
/// that nothing has to be transposed: a kernel is that of Linear<In, Out>, given the map as it lies.
template <int In, int Out>
struct MapLinear : Linear<In, Out> {
    static constexpr bool accepts(Extents in) { return Flatten::accepts(in) && in.size() == In; }
    static constexpr Extents expects(Extents in) { return Flatten::expects(in); }
};

template <int In, int Out>
struct FusedAs<Flatten, Linear<In, Out>> {
    using type = MapLinear<In, Out>;
};

/// In files the weight is Linear's. It starts with the same numbers, too.
template <int In, int Out>
struct ParametersAfter<Flatten, Linear<In, Out>> {
    /// Weight and bias, for a map of shape `in`.
    static constexpr auto of(Extents in) {
        auto parameters = Linear<In, Out>::parameters();
        TensorInfo& weight = parameters[0];
        weight.rank = 3;
        weight.shape = {Out, in.channels(), in.pixels()};
        weight.memory_order = {2, 1, 0, 3};
        weight.joins_last_axes = true;
        return parameters;
    }
};

}  // namespace ditto
