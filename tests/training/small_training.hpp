// A small network and a few small faces, for tests of training.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "ditto/ditto.hpp"
#include "ditto/faces/face_pairs.hpp"
#include "ditto/images/image_store.hpp"

using SmallNetwork = ditto::Sequential<ditto::Shape<16, 16, 3>,  //
                                       ditto::Conv2d<3, 8, 5, ditto::Padding<2>>, ditto::ReLU, ditto::BatchNorm2d<8>,
                                       ditto::MaxPool2d<2>,                                      // 8x8x8
                                       ditto::Conv2d<8, 16, 3, ditto::Padding<1>>, ditto::ReLU,  // 8x8x16
                                       ditto::BatchNorm2d<16>, ditto::AveragePool2d<2>,          // 4x4x16
                                       ditto::Flatten, ditto::Linear<256, 32>, ditto::ReLU, ditto::BatchNorm1d<32>>;

/// As small, but on the fast paths: blocks of few channels and by minimal filtering, and a linear layer by slices.
using FastNetwork = ditto::Sequential<ditto::Shape<16, 16, 3>, ditto::Conv2d<3, 32, 5, ditto::Padding<2>>, ditto::ReLU,
                                      ditto::BatchNorm2d<32>, ditto::MaxPool2d<2>,               // 8x8x32
                                      ditto::Conv2d<32, 64, 3, ditto::Padding<1>>, ditto::ReLU,  // 8x8x64
                                      ditto::BatchNorm2d<64>, ditto::Flatten, ditto::Linear<4096, 64>, ditto::ReLU,
                                      ditto::BatchNorm1d<64>>;
static_assert(ditto::Execution<FastNetwork, ditto::Cpu<ditto::fp32>>::layer_count == 5);

template <class Loss = ditto::ContrastiveLoss, class Optimizer = ditto::Adam, class Twin = ditto::twin::separate,
          class Network = SmallNetwork>
using SmallTrainer = ditto::Trainer<ditto::Siamese<Network, Loss, Twin>, Optimizer, ditto::Cpu<ditto::fp32>>;

/// Settings for batches of 4 pairs.
template <class Trainer>
typename Trainer::Settings small_settings(int threads = 2) {
    typename Trainer::Settings settings;
    settings.batch = ditto::batch_pairs{4};
    settings.device.threads = threads;
    settings.seed = 3;
    if constexpr (requires { settings.loss.margin; }) settings.loss.margin = 8.0;
    if constexpr (requires { settings.optimizer.momentum; }) settings.optimizer.momentum = 0.9;
    return settings;
}

/// 2 * people pairs of faces of `size` x `size` pixels.
struct SmallFaces {
    std::vector<ditto::Pair> pairs;
    ditto::ImageStore images;

    explicit SmallFaces(std::uint32_t people, bool augmented = false, int size = 16)
        : SmallFaces(ditto::training_face_pairs(5, people), augmented, size) {}

  private:
    SmallFaces(const ditto::FacePairs& faces, bool augmented, int size)
        : pairs(faces.pairs),
          images(
              faces.pictures(), [&](std::size_t i) { return faces.draw(i, size); }, ditto::ImageRecipe{1.0, size, size},
              augmented ? std::optional(ditto::AugmentationSettings{.shift = 1.0}) : std::nullopt, 2) {}
};

/// A batch of `count` pairs of random pixels with alternating labels.
struct RandomBatch {
    std::vector<float> images;  // [2 * count, size, size, 3]
    std::vector<ditto::PairLabel> labels;

    explicit RandomBatch(std::size_t count, std::uint64_t sample = 0, std::size_t size = 16)
        : images(2 * count * size * size * 3) {
        ditto::Random random(11, ditto::RandomPurpose::test, 0, sample);
        for (float& value : images) value = static_cast<float>(random.uniform());
        for (std::size_t i = 0; i < count; ++i)
            labels.push_back(i % 2 == 0 ? ditto::PairLabel::same : ditto::PairLabel::different);
    }
};

/// The bytes of all tensors.
inline std::string bytes_of(const std::vector<ditto::StoredTensor>& tensors) {
    std::string bytes;
    for (const ditto::StoredTensor& tensor : tensors) {
        const std::size_t width = tensor.type == ditto::StoredType::float32 ? 4 : 8;
        bytes.append(static_cast<const char*>(tensor.data), static_cast<std::size_t>(tensor.info.size()) * width);
    }
    return bytes;
}
