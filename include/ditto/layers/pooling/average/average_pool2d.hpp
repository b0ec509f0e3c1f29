// AveragePool2d: the mean of each window (torch.nn.AvgPool2d).
#pragma once

#include "ditto/layers/pooling/pool2d.hpp"

namespace ditto {

/// [H, W, C] becomes [H', W', C]. Options: Stride<Kernel>, Padding<0>, AllowTruncation. Padding counts as zeros in the
/// mean (count_include_pad, PyTorch's default).
template <int Kernel, class... Options>
struct AveragePool2d : Pool2d<Kernel, Options...> {};

}  // namespace ditto
