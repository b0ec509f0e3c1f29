// MaxPool2d: the largest number of each window (torch.nn.MaxPool2d).
#pragma once

#include "ditto/layers/pooling/pool2d.hpp"

namespace ditto {

/// [H, W, C] becomes [H', W', C]. Options: Stride<Kernel>, Padding<0>, AllowTruncation. Among equal numbers the first
/// of the window wins, row by row, as in PyTorch; a NaN wins over everything.
template <int Kernel, class... Options>
struct MaxPool2d : Pool2d<Kernel, Options...> {
    static_assert(Kernel * Kernel <= 256, "ditto: MaxPool2d keeps the winner's place in the window in one byte");
    /// The winner's place in its window, one byte for each output: [images, H', W', C].
    static constexpr std::size_t saved_bytes(Extents in, std::size_t images, std::size_t) {
        return images * static_cast<std::size_t>(MaxPool2d::output(in).size());
    }
};

}  // namespace ditto
