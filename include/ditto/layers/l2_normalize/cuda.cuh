// L2Normalize on CUDA: one block of threads an image.
#pragma once

#include <cmath>

#include "ditto/device/cuda/launch.cuh"
#include "ditto/layers/kernel.hpp"
#include "ditto/layers/l2_normalize/l2_normalize.hpp"

namespace ditto {

namespace detail {

// The sum of a[i] * b[i] over `size` numbers, in float64, by all threads of a block.
template <class A>
__device__ double block_dot(std::size_t size, const A* a, const A* b) {
    double own = 0.0;
    for (std::size_t i = threadIdx.x; i < size; i += block_threads)
        own += static_cast<double>(static_cast<float>(a[i])) * static_cast<double>(static_cast<float>(b[i]));
    return block_sum(own);
}

template <class A>
__global__ void normalize_length_kernel(std::size_t size, const A* input, A* output) {
    const A* x = input + blockIdx.x * size;
    const double length = std::fmax(std::sqrt(block_dot(size, x, x)), L2Normalize::epsilon);
    for (std::size_t i = threadIdx.x; i < size; i += block_threads)
        output[blockIdx.x * size + i] = A(static_cast<float>(static_cast<double>(static_cast<float>(x[i])) / length));
}

template <class A>
__global__ void normalize_length_backward_kernel(std::size_t size, const A* input, const A* output_gradient,
                                                 A* input_gradient) {
    const A* x = input + blockIdx.x * size;
    const A* dy = output_gradient + blockIdx.x * size;
    const double true_length = std::sqrt(block_dot(size, x, x)), product = block_dot(size, x, dy);
    const double length = std::fmax(true_length, L2Normalize::epsilon);
    const double along = true_length > L2Normalize::epsilon ? product / (length * length) : 0.0;
    for (std::size_t i = threadIdx.x; i < size; i += block_threads) {
        const double gradient = static_cast<double>(static_cast<float>(dy[i]));
        input_gradient[blockIdx.x * size + i] =
            A(static_cast<float>((gradient - along * static_cast<double>(static_cast<float>(x[i]))) / length));
    }
}

}  // namespace detail

template <class Input, CudaDevice Device>
struct Kernel<L2Normalize, Input, Device> : KernelDefaults {
    using A = typename Device::activation;

    static void forward(const Device& device, const ForwardCall<float, A>& call) {
        constexpr std::size_t size = Input::size;
        detail::launch(device, &detail::normalize_length_kernel<A>, dim3(static_cast<unsigned>(call.images)),
                       dim3(detail::block_threads), size, call.input, call.output);
    }

    static void backward(const Device& device, const BackwardCall<float, A>& call) {
        constexpr std::size_t size = Input::size;
        if (call.input_gradient == nullptr) return;
        detail::launch(device, &detail::normalize_length_backward_kernel<A>, dim3(static_cast<unsigned>(call.images)),
                       dim3(detail::block_threads), size, call.input, call.output_gradient, call.input_gradient);
    }
};

}  // namespace ditto
