// Inference on CUDA beside inference on the CPU. The door to CUDA comes before any other header of ditto's, as a user
// may have it: nvcc once mangled what such a file includes after it.
#include "ditto/cuda.cuh"
//
#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "../support/mixed_signs.hpp"
#include "../training/small_training.hpp"

using namespace ditto;

namespace {

template <class Network, class Precision>
void compare_with_cpu(double tolerance) {
    using Verifier = Siamese<Network, ConcatBceLoss>;
    Inference<Verifier, Cuda<Precision>> gpu(3);
    Inference<Verifier, Cpu<fp32>> host(3);
    for (int weights = 0; weights < 2; ++weights) {
        const RandomBatch batch(4);  // 8 images: two full passes and one of two
        std::vector<float> found(8 * gpu.feature_size), expected(found.size());
        gpu.embed(batch.images, found);
        host.embed(batch.images, expected);
        double difference = 0.0, size = 0.0;
        for (std::size_t i = 0; i < found.size(); ++i) {
            difference += std::pow(static_cast<double>(found[i] - expected[i]), 2);
            size += std::pow(static_cast<double>(expected[i]), 2);
        }
        CHECK(std::sqrt(difference / size) <= tolerance);
        std::vector<double> scores(4), expected_scores(4);
        gpu.score(std::span(found).first(4 * gpu.feature_size), std::span(found).last(4 * gpu.feature_size), scores);
        host.score(std::span(found).first(4 * gpu.feature_size), std::span(found).last(4 * gpu.feature_size),
                   expected_scores);
        CHECK(scores == expected_scores);
        // Other weights from now on.
        for (const auto& model : {gpu.weights(), host.weights()}) {
            static_cast<float*>(model.front().data)[0] += 0.5F;
            mix_signs(model);
        }
    }
}

// The features of images that go through in parts are those of calls with the parts.
template <class Precision>
void compare_with_parts() {
    Inference<Siamese<FastNetwork, ConcatBceLoss>, Cuda<Precision>> network(3);
    const RandomBatch batch(5);  // 10 images: three parts and one image
    const std::size_t image_size = network.image_size, feature_size = network.feature_size;
    std::vector<float> found(10 * feature_size), expected(found.size());
    for (int time = 0; time < 2; ++time) {
        network.embed(batch.images, found);
        for (std::size_t first = 0; first < 10; first += 3) {
            const std::size_t count = first == 9 ? 1 : 3;
            network.embed(std::span(batch.images).subspan(first * image_size, count * image_size),
                          std::span(expected).subspan(first * feature_size, count * feature_size));
        }
        CHECK(found == expected);
    }
}

}  // namespace

TEST_CASE("many images give, bit for bit, what their parts give") {
    compare_with_parts<fp32>();
    compare_with_parts<bf16>();
}

TEST_CASE("the host rounds to bfloat16 as CUDA does") {
    std::vector<float> numbers;
    for (std::uint64_t bits = 0; bits < std::uint64_t{1} << 32; bits += 0x4001 - bits % 3)
        numbers.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
    for (const std::uint32_t upper : {0U, 0x3F80U, 0x3F81U, 0x7F7FU, 0x7F80U, 0x8000U, 0xBF80U, 0xFF7FU, 0xFF80U})
        for (const std::uint32_t lower : {0U, 1U, 0x7FFFU, 0x8000U, 0x8001U, 0xFFFFU})
            numbers.push_back(std::bit_cast<float>(upper << 16 | lower));
    std::vector<__nv_bfloat16> found(numbers.size()), within(numbers.size());
    detail::to_activations(std::span<const float>(numbers), found.data(), 2);
    CHECK_FALSE(detail::to_activations_within(std::span<const float>(numbers), 1.0, within.data(), 2));
    std::size_t differing = 0;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const __nv_bfloat16 expected(numbers[i]);
        if (std::memcmp(&found[i], &expected, 2) != 0 || std::memcmp(&within[i], &expected, 2) != 0) ++differing;
    }
    CHECK(differing == 0);
    const std::vector<float> good = {0.0F, -1.0F, 0.5F};
    CHECK(detail::to_activations_within(std::span<const float>(good), 1.0, within.data(), 2));
    CHECK_FALSE(detail::to_activations_within(std::span<const float>(good), 0.75, within.data(), 2));
}

// Sums of up to 4096 products, in another order; tf32 rounds factors to 10 bits, bf16 all numbers to 8.
TEST_CASE("features on CUDA are those of the CPU, also after a change of the weights") {
    compare_with_cpu<SmallNetwork, fp32>(1e-5);
    compare_with_cpu<FastNetwork, fp32>(1e-5);
    compare_with_cpu<FastNetwork, tf32>(2e-3);
    compare_with_cpu<FastNetwork, bf16>(2e-2);
}
