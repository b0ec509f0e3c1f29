// Compiled as CUDA where there is CUDA, else as C++, to say that there is none.
#include <ditto/losses/losses.hpp>

#include "frozen_network.hpp"
#include "no_cuda.hpp"

#ifdef __CUDACC__
#include <ditto/layers/cuda.cuh>
#include <ditto/network/cuda_inference.cuh>
#endif

namespace support {

template <class Loss>
std::unique_ptr<FrozenNetwork> make_cuda_network([[maybe_unused]] std::size_t images,
                                                 [[maybe_unused]] const Compute& compute) {
#ifdef __CUDACC__
    const auto make = [&]<class Precision>(Precision) -> std::unique_ptr<FrozenNetwork> {
        using Device = ditto::Cuda<Precision>;
        Device device;
        device.threads = compute.threads;
        return std::make_unique<FrozenNetworkOn<Loss, Device>>(images, device);
    };
    if (compute.precision == "bf16") return make(ditto::bf16{});
    if (compute.precision == "tf32") return make(ditto::tf32{});
    return make(ditto::fp32{});
#else
    throw no_cuda();
#endif
}

template std::unique_ptr<FrozenNetwork> make_cuda_network<ditto::ContrastiveLoss>(std::size_t, const Compute&);
template std::unique_ptr<FrozenNetwork> make_cuda_network<ditto::ConcatBceLoss>(std::size_t, const Compute&);

}  // namespace support
