// Compiled as CUDA where there is CUDA, else as C++, to say that there is none.
#include "frozen_network.hpp"
#include "no_cuda.hpp"

#ifdef __CUDACC__
#include <ditto/layers/cuda.cuh>
#include <ditto/losses/losses.hpp>
#include <ditto/network/cuda_inference.cuh>
#endif

namespace support {

#ifdef __CUDACC__

namespace {

template <class Precision>
std::unique_ptr<FrozenNetwork> make_in(const std::string& loss, std::size_t images, const Compute& compute) {
    using Device = ditto::Cuda<Precision>;
    Device device;
    device.threads = compute.threads;
    return ditto::with_loss(loss, "the loss", [&]<class Loss>(const Loss&) -> std::unique_ptr<FrozenNetwork> {
        return std::make_unique<FrozenNetworkOn<Loss, Device>>(images, device);
    });
}

}  // namespace

std::unique_ptr<FrozenNetwork> make_cuda_network(const std::string& loss, std::size_t images, const Compute& compute) {
    if (compute.precision == "bf16") return make_in<ditto::bf16>(loss, images, compute);
    if (compute.precision == "tf32") return make_in<ditto::tf32>(loss, images, compute);
    return make_in<ditto::fp32>(loss, images, compute);
}

#else

std::unique_ptr<FrozenNetwork> make_cuda_network(const std::string&, std::size_t, const Compute&) {
    throw no_cuda();
}

#endif

}  // namespace support
