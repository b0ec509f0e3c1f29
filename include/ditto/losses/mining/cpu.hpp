// Mining on the CPU.
#pragma once

#include <algorithm>

#include "ditto/core/parallel.hpp"
#include "ditto/device/cpu/cpu.hpp"
#include "ditto/layers/kernel.hpp"
#include "ditto/losses/distance/cpu.hpp"
#include "ditto/losses/mining/mining.hpp"

namespace ditto {

template <class Features, class P>
struct Kernel<PairMining, Features, Cpu<P>> {
    using A = typename Cpu<P>::activation;
    static constexpr std::size_t size = Features::size;

    /// Chooses the pairs of a step and gathers their features.
    static void mine(const PairMining& mining, const Cpu<P>& device, const detail::MiningCall<A>& call) {
        const std::size_t images = 2 * call.given;
        parallel_for(images, device.threads, [&](std::size_t i) {
            for (std::size_t j = 0; j < images; ++j) {
                const PairFeatures<A> pair{size, call.features + i * size, call.features + j * size};
                call.distances[i * images + j] = detail::euclidean_distance(pair);
            }
        });
        parallel_for(images, device.threads, [&](std::size_t image) { detail::choose_pairs_of(mining, call, image); });
        parallel_for(mining.pairs(call.given), device.threads, [&](std::size_t pair) {
            std::copy_n(call.features + call.images[2 * pair] * size, size, call.left + pair * size);
            std::copy_n(call.features + call.images[2 * pair + 1] * size, size, call.right + pair * size);
        });
    }

    /// The gradient of every image's features: the sum over all pairs that it is in, in their order.
    static void scatter_gradients(const PairMining& mining, const Cpu<P>& device, const detail::MiningCall<A>& call) {
        constexpr std::size_t chunk = 64;
        const std::size_t pairs = mining.pairs(call.given);
        parallel_chunks(size, chunk, device.threads, [&](std::size_t first, std::size_t last) {
            for (std::size_t image = 0; image < 2 * call.given; ++image)
                std::fill(call.feature_gradient + image * size + first, call.feature_gradient + image * size + last, 0);
            for (std::size_t pair = 0; pair < pairs; ++pair) {
                auto* left = call.feature_gradient + call.images[2 * pair] * size;
                auto* right = call.feature_gradient + call.images[2 * pair + 1] * size;
                for (std::size_t i = first; i < last; ++i) {
                    left[i] += call.left_gradient[pair * size + i];
                    right[i] += call.right_gradient[pair * size + i];
                }
            }
        });
    }
};

}  // namespace ditto
