// How convolutions are computed on CUDA: by cuDNN in programs that are compiled with it, by unfolding in others.
#pragma once

#ifdef DITTO_CUDNN
#include "ditto/layers/conv2d/cudnn/cudnn.cuh"
#else
#include "ditto/layers/conv2d/unfolded/unfolded.cuh"
#endif

namespace ditto::detail {

#ifdef DITTO_CUDNN
template <class Conv, class Input, class P>
using CudaConvolution = CudnnConvolution<Conv, Input, P>;
#else
template <class Conv, class Input, class P>
using CudaConvolution = UnfoldedConvolution<Conv, Input, P>;
#endif

}  // namespace ditto::detail
