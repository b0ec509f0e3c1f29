// How convolutions are computed on CUDA, as the device's type says.
#pragma once

#include "ditto/layers/conv2d/unfolded/unfolded.cuh"
#ifdef DITTO_CUDNN
#include "ditto/layers/conv2d/cudnn/cudnn.cuh"
#endif

namespace ditto::detail {

template <class Conv, class Input, class Device, class Convolutions>
struct CudaConvolutionBy;
template <class Conv, class Input, class Device>
struct CudaConvolutionBy<Conv, Input, Device, UnfoldedConvolutions> {
    using type = UnfoldedConvolution<Conv, Input, Device>;
};
#ifdef DITTO_CUDNN
template <class Conv, class Input, class Device>
struct CudaConvolutionBy<Conv, Input, Device, CudnnConvolutions> {
    using type = CudnnConvolution<Conv, Input, Device>;
};
#endif

/// The passes of a convolution without its bias: CudnnConvolution or UnfoldedConvolution.
template <class Conv, class Input, class Device>
using CudaConvolution = typename CudaConvolutionBy<Conv, Input, Device, typename Device::convolutions>::type;

}  // namespace ditto::detail
