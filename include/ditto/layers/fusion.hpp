// How a layer that does the work of several announces itself.
#pragma once

#include <cstddef>

namespace ditto {

/// The layer that may stand for a run of layers, one after another, on devices that have a kernel for it: `type`. Void:
/// there is none. The folder of such a layer specialises it; it has the run's parameters and buffers in their order.
template <class... Layers>
struct FusedAs {
    using type = void;
};

/// The longest run that is looked at.
inline constexpr std::size_t longest_fused_run = 4;

}  // namespace ditto
