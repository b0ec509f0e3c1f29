// Cuda<Precision>: a GPU as a device. Files that use it are compiled as CUDA.
#pragma once

#include <cstdint>

#include "ditto/core/precision.hpp"
#include "ditto/device/device.hpp"

#if defined(__CUDACC__) || defined(DITTO_CUDA_EMULATION)
#include <cuda_bf16.h>
#include <cuda_runtime.h>
#endif

namespace ditto {

/// How convolutions are computed on a GPU: by cuDNN, in files that are compiled with DITTO_CUDNN (ditto::cuda sets it
/// where cuDNN is found), or by unfolding and products of cuBLASLt.
struct CudnnConvolutions {};
/// See CudnnConvolutions.
struct UnfoldedConvolutions {};

namespace detail {
#ifdef DITTO_CUDNN
using DefaultConvolutions = CudnnConvolutions;
#else
using DefaultConvolutions = UnfoldedConvolutions;
#endif
}  // namespace detail

#if defined(__CUDACC__) || defined(DITTO_CUDA_EMULATION)

namespace detail {

class CudaContext;

template <class Precision>
struct CudaActivation {
    using type = float;
};
template <>
struct CudaActivation<bf16> {
    using type = __nv_bfloat16;
};

}  // namespace detail

/// A GPU, computing in fp32, tf32 or bf16. Parameters, statistics and sums are always fp32 or wider; in bf16 the
/// numbers between layers and the factors of products have 16 bits. Convolutions is CudnnConvolutions or
/// UnfoldedConvolutions. The context, which a Trainer or Inference makes,
/// has the stream that all work goes to: functions of this device return before their work is done.
template <class Precision, class Convolutions = detail::DefaultConvolutions>
struct Cuda {
    using precision = Precision;
    using convolutions = Convolutions;
    using scalar = float;
    using activation = typename detail::CudaActivation<Precision>::type;
    static constexpr bool trains = true;
    static constexpr bool is_immediate = false;
    static constexpr bool prepares_in_training = true;
    /// Most images of one pass of an Inference. More go through it in parts of so many: while one part is computed the
    /// next is copied and the one after that converted. At 128 x 128 x 3 in bf16 a part is 24 MiB.
    static constexpr std::size_t pass_images = 256;
    int threads = 1;  ///< of the host, to convert images and to draw the initial weights
    int index = 0;    ///< of the GPU, as nvidia-smi counts
    detail::CudaContext* context = nullptr;
    /// Where kernels read the number of the training step, in the GPU's memory: a captured graph cannot be told. Null:
    /// the call's own number holds.
    const std::uint64_t* step = nullptr;
    /// Name of a file of choices between cuDNN's engines, which need not exist yet; a Trainer or Inference reads it
    /// when it is made. For passes that it does not know on this GPU with this version of cuDNN, the first four engines
    /// that cuDNN recommends are timed once, and the fastest is written down and holds from then on. Null: nothing is
    /// timed, and each pass takes the first one.
    const char* engines = nullptr;
};

#else

namespace detail {
template <class>
inline constexpr bool compiled_as_cuda = false;
}  // namespace detail

/// Cannot be used here: says so.
template <class Precision, class Convolutions = detail::DefaultConvolutions>
struct Cuda {
    using precision = Precision;
    using scalar = float;
    using activation = float;
    static constexpr bool trains = true;
    static constexpr bool is_immediate = false;
    static constexpr bool prepares_in_training = true;
    int threads = 1;
    int index = 0;
    const char* engines = nullptr;
    // Last: after it clang knows no other member.
    static_assert(detail::compiled_as_cuda<Precision>,
                  "ditto: Cuda<...> in a file that is not compiled as CUDA; link ditto::cuda and name the file in "
                  "ditto_compile_as_cuda()");
};
namespace detail {
template <class Precision, class Convolutions>
inline constexpr bool reports_itself<Cuda<Precision, Convolutions>> = true;
}

#endif

namespace detail {
template <class Device>
inline constexpr bool is_cuda = false;
template <class Precision, class Convolutions>
inline constexpr bool is_cuda<Cuda<Precision, Convolutions>> = true;
}  // namespace detail

/// A Cuda<...>.
template <class Device>
concept CudaDevice = detail::is_cuda<Device>;

}  // namespace ditto
