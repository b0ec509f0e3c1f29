// More images than a pass of an Inference takes: part by part on two streams, in every order that CUDA may choose.
#include <doctest/doctest.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "../../support/message_of.hpp"
#include "../../support/mixed_signs.hpp"
#include "../../training/small_training.hpp"
#include "ditto/cuda.cuh"

using namespace ditto;

namespace {

using Verifier = Siamese<SmallNetwork, ContrastiveLoss>;
template <class Precision>
using Frozen = Inference<Verifier, Cuda<Precision>>;
constexpr std::size_t image_size = Frozen<fp32>::image_size, feature_size = Frozen<fp32>::feature_size;

std::vector<float> images(std::size_t count) {
    std::vector<float> all = RandomBatch((count + 1) / 2).images;
    all.resize(count * image_size);
    return all;
}

template <class Frozen>
std::vector<float> features(Frozen& network, std::span<const float> images) {
    std::vector<float> found(images.size() / image_size * feature_size);
    network.embed(images, found);
    return found;
}

// Of each image by itself.
template <class Precision>
std::vector<float> one_by_one(std::span<const float> images) {
    Frozen<Precision> network(1);
    std::vector<float> all;
    for (std::size_t first = 0; first < images.size(); first += image_size) {
        const std::vector<float> some = features(network, images.subspan(first, image_size));
        all.insert(all.end(), some.begin(), some.end());
    }
    return all;
}

template <class Precision>
void check_counts() {
    constexpr std::size_t most = 23;
    const std::vector<float> all = images(most), expected = one_by_one<Precision>(all);
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        const emulation::ShuffledStreams shuffled(seed);
        Frozen<Precision> network(4);
        for (const std::size_t count : {std::size_t{1}, std::size_t{4}, std::size_t{5}, std::size_t{8}, std::size_t{9},
                                        std::size_t{12}, most, std::size_t{3}, most}) {
            const std::vector<float> found = features(network, std::span(all).first(count * image_size));
            CHECK(found == std::vector<float>(expected.begin(),
                                              expected.begin() + static_cast<std::ptrdiff_t>(count * feature_size)));
        }
    }
}

}  // namespace

TEST_CASE("features are those of each image by itself, whatever the number of images and the order of the streams") {
    check_counts<fp32>();
    check_counts<bf16>();
}

TEST_CASE(
    "many images at once are passes of pass_images, in the memory that the plan says and that a call leaves alone") {
    constexpr std::size_t part = Cuda<bf16>::pass_images, count = 2 * part + 40;
    static_assert(inference_plan<Frozen<bf16>>(count).pass_images == part);
    static_assert(inference_plan<Frozen<bf16>>(part - 1).pass_images == part - 1);
    static_assert(inference_plan<Frozen<bf16>>(count).total_bytes == inference_plan<Frozen<bf16>>(part).total_bytes);
    const std::size_t before = emulation::allocated_bytes();
    Frozen<bf16> network(count);
    CHECK(emulation::allocated_bytes() - before == network.plan().total_bytes);
    CHECK(network.capacity_images() == count);
    const std::vector<float> all = images(count), found = features(network, all);
    const std::size_t allocations = emulation::allocation_count(), handles = emulation::handle_count();
    CHECK(features(network, all) == found);
    CHECK(emulation::allocated_bytes() - before == network.plan().total_bytes);
    CHECK(emulation::allocation_count() == allocations);
    CHECK(emulation::handle_count() == handles);
    for (const std::size_t image : {std::size_t{0}, part - 1, part, count - 1})
        CHECK(one_by_one<bf16>(std::span(all).subspan(image * image_size, image_size)) ==
              std::vector<float>(found.begin() + static_cast<std::ptrdiff_t>(image * feature_size),
                                 found.begin() + static_cast<std::ptrdiff_t>((image + 1) * feature_size)));
}

TEST_CASE("weights that change between calls, and an Inference that is moved, count from the next call on") {
    const std::vector<float> all = images(7);
    const emulation::ShuffledStreams shuffled(5);
    Frozen<fp32> network(2), whole(7);
    CHECK(features(network, all) == features(whole, all));
    mix_signs(network.weights());
    mix_signs(whole.weights());
    const std::vector<float> expected = features(whole, all);
    CHECK(features(network, all) == expected);
    Frozen<fp32> moved(std::move(network));
    CHECK(features(moved, all) == expected);
}

TEST_CASE("a bad number in a later part is named as in the first, and the next call is as if nothing had been") {
    std::vector<float> all = images(11);
    const std::vector<float> expected = one_by_one<fp32>(all);
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const emulation::ShuffledStreams shuffled(seed);
        Frozen<fp32> network(2);
        for (const std::size_t image : {std::size_t{1}, std::size_t{4}, std::size_t{10}}) {
            const float kept = std::exchange(all[image * image_size + 3], 100.0F);
            CHECK(message_of([&] {
                      features(network, all);
                  }).starts_with("image " + std::to_string(image) + " (counted from 0) of embed holds the number 100"));
            all[image * image_size + 3] = kept;
            CHECK(features(network, all) == expected);
        }
    }
}

TEST_CASE("after a part that the GPU could not compute, or not record, the Inference goes on") {
    const std::vector<float> all = images(11), expected = one_by_one<fp32>(all);
    const std::span<const float> whole_parts = std::span(all).first(10 * image_size);
    const auto fails = [&](auto& network) {
        return message_of([&] { features(network, all); }).find("cudaErrorLaunchFailure") != std::string::npos;
    };
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const emulation::ShuffledStreams shuffled(seed);
        Frozen<fp32> network(2);
        features(network, whole_parts);
        emulation::fail_next_launch(cudaErrorLaunchFailure);  // in recording a pass of one image
        CHECK(fails(network));
        CHECK(features(network, all) == expected);
        const std::size_t before = emulation::kernel_launches();
        CHECK(features(network, all) == expected);
        const std::size_t kernels = emulation::kernel_launches() - before;
        for (const std::size_t number : {std::size_t{1}, kernels / 2, kernels}) {
            emulation::fail_kernel(number);
            CHECK(fails(network));
            CHECK(features(network, all) == expected);
        }
    }
}
