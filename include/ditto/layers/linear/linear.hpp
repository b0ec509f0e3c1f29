// Linear: a fully connected layer (torch.nn.Linear).
#pragma once

#include "ditto/core/constexpr_math.hpp"
#include "ditto/layers/layer.hpp"

namespace ditto {

namespace detail {
template <bool Right>
struct FeaturesCheck {
    static_assert(Right, "ditto: Linear has at least one number in and out");
};
}  // namespace detail

/// y = x W^T + b for x of In numbers and y of Out numbers. Weights and bias start uniform within 1/sqrt(In), PyTorch's
/// default. Memory holds the weight as [In, Out], so that the forward product reads it along its rows.
template <int In, int Out>
struct Linear : Layer {
    static_assert(sizeof(detail::FeaturesCheck<(In >= 1 && Out >= 1)>) > 0);
    static constexpr bool is_valid = In >= 1 && Out >= 1;

    static constexpr bool accepts(Extents in) { return in == Extents::flat(In); }
    static constexpr Extents expects(Extents) { return Extents::flat(In); }
    static constexpr Extents output(Extents) { return Extents::flat(Out); }
    static constexpr std::int64_t flops(Extents) { return std::int64_t{2} * In * Out; }

    static constexpr std::array<TensorInfo, 2> parameters() {
        const auto initial = Initialization::uniform(1.0 / detail::constexpr_sqrt(In));
        return {{{"weight", 2, {Out, In}, {1, 0, 2, 3}, initial}, {"bias", 1, {Out}, {0, 1, 2, 3}, initial}}};
    }
    static constexpr bool backward_reads_output = false;
};

}  // namespace ditto
