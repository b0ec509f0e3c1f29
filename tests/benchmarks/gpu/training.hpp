// Training steps of the face network on a GPU, as gpu_training_step and gpu_kernels run them: contrastive loss, Adam.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "ditto/cuda.cuh"
#include "ditto/ditto.hpp"
#include "ditto/images/image_store.hpp"
#include "ditto/networks/face_network.hpp"
#include "ditto/optim/adam.hpp"
#include "ditto/pairs/pair_batch.hpp"
#include "ditto/trainer/cuda_trainer.cuh"

namespace benchmarks {

template <class P>
using FaceTrainer =
    ditto::Trainer<ditto::Siamese<ditto::FaceNetwork, ditto::ContrastiveLoss>, ditto::Adam, ditto::Cuda<P>>;

template <class P>
FaceTrainer<P> make_trainer(std::size_t pairs) {
    typename FaceTrainer<P>::Settings settings;
    settings.batch = ditto::batch_pairs{pairs};
    settings.device.threads = ditto::available_threads();
    settings.optimizer.learning_rate = 1e-5;
    settings.loss.margin = 40.0;
    return FaceTrainer<P>(settings);
}

inline std::vector<ditto::PairLabel> alternating_labels(std::size_t pairs) {
    std::vector<ditto::PairLabel> labels(pairs);
    for (std::size_t i = 0; i < pairs; ++i)
        labels[i] = i % 2 == 0 ? ditto::PairLabel::different : ditto::PairLabel::same;
    return labels;
}

/// Pictures of noise, as large as augmentation has a data set keep them.
inline ditto::ImageStore noise_pictures(std::size_t count = 64) {
    constexpr int size = 224;
    const auto draw = [](std::size_t i) {
        ditto::Image picture{size, size, std::vector<std::uint8_t>(3 * size * size)};
        for (std::size_t k = 0; k < picture.pixels.size(); ++k)
            picture.pixels[k] = static_cast<std::uint8_t>((k * (2 * i + 3)) >> 3);
        return picture;
    };
    return {count, draw, ditto::ImageRecipe{1.0, 128, 128}, ditto::AugmentationSettings{}};
}

/// An augmented image of the pictures for each place in a batch.
inline std::vector<ditto::ImageDraw> draws(std::size_t pairs, const ditto::ImageStore& pictures) {
    std::vector<ditto::ImageDraw> all;
    for (std::size_t i = 0; i < 2 * pairs; ++i)
        all.push_back({static_cast<std::uint32_t>(i % pictures.size()),
                       ditto::draw_augmentation(*pictures.augmentation(),
                                                ditto::Random(1, ditto::RandomPurpose::augmentation, 0, i))});
    return all;
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
