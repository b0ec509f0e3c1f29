// Compiled as CUDA where there is CUDA, else as C++, to say that there is none.
#include "frozen_network.hpp"
#include "no_cuda.hpp"

#ifdef __CUDACC__
#include <ditto/cuda.cuh>
#include <ditto/model/cuda_inference.cuh>
#endif

namespace support {

#ifdef __CUDACC__

std::unique_ptr<ditto::Embedder> make_cuda_network(const std::string& network, const std::string& loss,
                                                   std::size_t images, const Compute& compute) {
    const auto make = [&](auto device) {
        device.threads = compute.threads;
        return make_network_on(network, loss, images, device);
    };
    if (compute.precision == "bf16") return make(ditto::Cuda<ditto::bf16>{});
    if (compute.precision == "tf32") return make(ditto::Cuda<ditto::tf32>{});
    return make(ditto::Cuda<ditto::fp32>{});
}

#else

std::unique_ptr<ditto::Embedder> make_cuda_network(const std::string&, const std::string&, std::size_t,
                                                   const Compute&) {
    throw no_cuda();
}

#endif

}  // namespace support
