// The kernels of the face network's layers, for machine_code.py to look at. Never run.
#include "ditto/cuda.cuh"
#include "ditto/ditto.hpp"
#include "ditto/networks/face_network.hpp"

using namespace ditto;

template <class Device>
void run(const Device& device, const ForwardCall<float, typename Device::activation>& forward,
         const BackwardCall<float, typename Device::activation>& backward) {
    detail::for_each_index<Execution<FaceNetwork, Device>::layer_count>([&](auto stage) {
        using Kernel = detail::StageKernel<FaceNetwork, Device, stage>;
        Kernel::forward(device, forward);
        Kernel::backward(device, backward);
    });
}

template void run(const Cuda<bf16>&, const ForwardCall<float, __nv_bfloat16>&,
                  const BackwardCall<float, __nv_bfloat16>&);
template void run(const Cuda<tf32>&, const ForwardCall<float>&, const BackwardCall<float>&);
