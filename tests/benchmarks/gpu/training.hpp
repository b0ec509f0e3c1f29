// Training steps of the face network on a GPU, as gpu_training_step and gpu_kernels run them: contrastive loss, Adam.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "ditto/layers/cuda.cuh"
#include "ditto/losses/cuda.cuh"
#include "ditto/network/face_network.hpp"
#include "ditto/network/siamese.hpp"
#include "ditto/optim/adam.hpp"
#include "ditto/train/cuda_trainer.cuh"

namespace benchmarks {

template <class P>
using FaceTrainer =
    ditto::Trainer<ditto::Siamese<ditto::FaceNetwork, ditto::ContrastiveLoss>, ditto::Adam, ditto::Cuda<P>>;

template <class P>
FaceTrainer<P> make_trainer(std::size_t pairs) {
    return FaceTrainer<P>(
        {.batch = {pairs}, .optimizer = {.learning_rate = 1e-5}, .loss = ditto::ContrastiveLoss(40.0)});
}

inline std::vector<ditto::PairLabel> alternating_labels(std::size_t pairs) {
    std::vector<ditto::PairLabel> labels(pairs);
    for (std::size_t i = 0; i < pairs; ++i)
        labels[i] = i % 2 == 0 ? ditto::PairLabel::different : ditto::PairLabel::same;
    return labels;
}

/// Layers whose passes are products of matrices.
template <class Layer>
inline constexpr bool is_product = false;
template <int In, int Out, int Kernel, class... Options>
inline constexpr bool is_product<ditto::Conv2d<In, Out, Kernel, Options...>> = true;
template <int In, int Out>
inline constexpr bool is_product<ditto::Linear<In, Out>> = true;

/// FLOPs of an image's products in one pass and in a step of training: forward, and the two gradients of every layer,
/// less the gradient of the images, which nobody needs.
struct ProductFlops {
    std::int64_t forward = 0;
    std::int64_t training = 0;
};
template <class Network>
constexpr ProductFlops product_flops() {
    return []<std::size_t... Index>(std::index_sequence<Index...>) {
        ProductFlops flops;
        const auto add = [&](std::size_t layer, bool product) {
            const std::int64_t pass = product ? Network::functions[layer].flops(Network::extents[layer]) : 0;
            flops.forward += pass;
            flops.training += (layer == 0 ? 2 : 3) * pass;
        };
        (add(Index, is_product<typename Network::template LayerAt<Index>>), ...);
        return flops;
    }
    (std::make_index_sequence<Network::layer_count>{});
}

}  // namespace benchmarks
