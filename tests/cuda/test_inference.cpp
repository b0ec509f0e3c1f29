// Inference on CUDA beside inference on the CPU. The door to CUDA comes before any other header of ditto's, as a user
// may have it: nvcc once mangled what such a file includes after it.
#include "ditto/cuda.cuh"
//
#include <doctest/doctest.h>

#include <cmath>
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

}  // namespace

// Sums of up to 4096 products, in another order; tf32 rounds factors to 10 bits, bf16 all numbers to 8.
TEST_CASE("features on CUDA are those of the CPU, also after a change of the weights") {
    compare_with_cpu<SmallNetwork, fp32>(1e-5);
    compare_with_cpu<FastNetwork, fp32>(1e-5);
    compare_with_cpu<FastNetwork, tf32>(2e-3);
    compare_with_cpu<FastNetwork, bf16>(2e-2);
}
