// Mining on CUDA: a block of threads for each row of the distances, one thread for each image's choice.
#pragma once

#include "ditto/device/cuda/launch.cuh"
#include "ditto/layers/kernel.hpp"
#include "ditto/losses/distance/cuda.cuh"
#include "ditto/losses/mining/mining.hpp"

namespace ditto::detail {

template <class A>
__global__ void distances_kernel(std::size_t size, MiningCall<A> call) {
    const std::size_t images = gridDim.x, image = blockIdx.x;
    for (std::size_t other = 0; other < images; ++other) {
        const double distance =
            pair_distance(PairFeatures<A>{size, call.features + image * size, call.features + other * size});
        if (threadIdx.x == 0) call.distances[image * images + other] = distance;
    }
}

template <class A>
struct ChoosePairs {
    PairMining mining;
    MiningCall<A> call;
    __device__ void operator()(std::size_t image) const { choose_pairs_of(mining, call, image); }
};

template <class A>
struct GatherPair {
    MiningCall<A> call;
    std::size_t size;
    __device__ void operator()(std::size_t i) const {
        const std::size_t pair = i / size, column = i % size;
        call.left[i] = call.features[call.images[2 * pair] * size + column];
        call.right[i] = call.features[call.images[2 * pair + 1] * size + column];
    }
};

template <class A>
struct SumGradients {
    MiningCall<A> call;
    std::size_t size, pairs;
    __device__ void operator()(std::size_t i) const {
        const std::size_t image = i / size, column = i % size;
        float sum = 0.0F;
        for (std::size_t pair = 0; pair < pairs; ++pair) {
            if (call.images[2 * pair] == image) sum += static_cast<float>(call.left_gradient[pair * size + column]);
            if (call.images[2 * pair + 1] == image)
                sum += static_cast<float>(call.right_gradient[pair * size + column]);
        }
        call.feature_gradient[i] = A(sum);
    }
};

}  // namespace ditto::detail

namespace ditto {

template <class Features, CudaDevice Device>
struct Kernel<PairMining, Features, Device> {
    using A = typename Device::activation;
    static constexpr std::size_t size = Features::size;

    /// As on the CPU.
    static void mine(const PairMining& mining, const Device& device, const detail::MiningCall<A>& call) {
        detail::launch(device, &detail::distances_kernel<A>, dim3(static_cast<unsigned>(2 * call.given)),
                       dim3(detail::block_threads), size, call);
        detail::for_each(device, 2 * call.given, detail::ChoosePairs<A>{mining, call});
        detail::for_each(device, mining.pairs(call.given) * size, detail::GatherPair<A>{call, size});
    }

    static void scatter_gradients(const PairMining& mining, const Device& device, const detail::MiningCall<A>& call) {
        detail::for_each(device, 2 * call.given * size, detail::SumGradients<A>{call, size, mining.pairs(call.given)});
    }
};

}  // namespace ditto
