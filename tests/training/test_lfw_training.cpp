// Real input: training on pairs of Labeled Faces in the Wild lowers the loss of the face network.
#include <doctest/doctest.h>

#include <cstdio>
#include <filesystem>

#include "ditto/ditto.hpp"
#include "ditto/images/image_file.hpp"
#include "ditto/networks/face_network.hpp"
#include "ditto/pairs/pair_list.hpp"
#include "ditto/pairs/pair_loader.hpp"

using namespace ditto;

namespace {

const std::filesystem::path lfw = std::filesystem::path(DITTO_SOURCE_DIR) / ".." / "shared" / "data" / "lfw";

}  // namespace

TEST_CASE("64 steps lower the loss") {
    constexpr std::size_t batch_size = 4, steps = 64;
    PairList list = read_pair_list(lfw / "train.txt");
    // Every 70th pair: 32 pairs of both kinds, each seen 8 times.
    std::vector<Pair> pairs;
    for (std::size_t i = 0; i < list.pairs.size() && pairs.size() < 32; i += 69) pairs.push_back(list.pairs[i]);
    const ImageStore store = load_images(lfw / "images", list.images, {.crop = 0.6}, std::nullopt);
    PairLoader loader(store, pairs, {.batch_pairs = batch_size, .augment = false, .seed = 1});

    using Training = Trainer<Siamese<FaceNetwork, ContrastiveLoss>, SGD, Cpu<fp32>>;
    Training trainer({.batch = {batch_size},
                      .device = {2},
                      .optimizer = {.learning_rate = 3e-5, .momentum = 0.9},
                      .loss = ContrastiveLoss(40.0),
                      .seed = 1});
    std::vector<double> losses;
    PairBatch batch;
    for (std::uint32_t epoch = 0; losses.size() < steps; ++epoch) {
        loader.start_epoch(epoch);
        while (loader.next(batch)) losses.push_back(trainer.step(batch.images, batch.labels).loss);
    }
    const auto mean = [&](std::size_t begin) {
        double total = 0.0;
        for (std::size_t i = begin; i < begin + 8; ++i) total += losses[i];
        return total / 8;
    };
    REQUIRE(losses.size() == steps);
    MESSAGE("mean loss of the first epoch ", mean(0), ", of the last ", mean(steps - 8));
    // Both means are over the same 32 pairs; the loss wavers by a few percent from epoch to epoch.
    CHECK(mean(steps - 8) < 0.8 * mean(0));
}

int main(int argc, char** argv) {
    if (!std::filesystem::exists(lfw / "train.txt")) {
        std::puts("skipped: Labeled Faces in the Wild is not at ../shared/data/lfw");
        return 77;
    }
    return doctest::Context(argc, argv).run();
}
