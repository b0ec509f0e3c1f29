// How a layer that does the work of several announces itself.
#pragma once

#include <cstddef>

#include "ditto/core/shape.hpp"

namespace ditto {

/// The layer that may stand for a run of layers, one after another, on devices that have a kernel for it: `type`. Void:
/// there is none. The folder of such a layer specialises it; it has the run's parameters and buffers in their order.
template <class... Layers>
struct FusedAs {
    using type = void;
};

/// The parameters of layer L where it comes right after Before, on the device as in files: those that it has by itself,
/// unless the folder of a fused layer of the two specialises this. `in` is the shape before Before.
template <class Before, class L>
struct ParametersAfter {
    /// In the order of L::parameters().
    static constexpr auto of(Extents /*in*/) { return L::parameters(); }
};

/// The longest run that is looked at.
inline constexpr std::size_t longest_fused_run = 4;

}  // namespace ditto
