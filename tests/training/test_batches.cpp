// A trainer that holds images hears of each batch before the step of the one before.
#include <doctest/doctest.h>

#include <ditto/training/batches.hpp>
#include <vector>

#include "small_training.hpp"

using namespace ditto;

namespace {

using Training = CpuTrainer<Siamese<SmallNetwork, ContrastiveLoss>, Adam, Cpu<fp32>>;
struct Listener : Training {
    using Training::Training;
    void announce_held(std::span<const ImageDraw> draws) override { heard.emplace_back(draws.begin(), draws.end()); }
    std::vector<std::vector<ImageDraw>> heard;
};

}  // namespace

TEST_CASE("batches are the loader's, each announced while the one before is at hand") {
    const SmallFaces faces(10, true);
    PairLoaderSettings settings;
    settings.batch_pairs = 4;
    settings.only_draws = true;
    PairLoader loader(faces.images, faces.pairs, settings);
    Listener trainer(small_settings<Training>());
    detail::Batches batches(faces.images, faces.pairs, settings, trainer);
    for (std::uint32_t epoch = 0; epoch < 2; ++epoch) {
        loader.start_epoch(epoch);
        batches.start_epoch(epoch, 0);
        trainer.heard.clear();
        std::size_t count = 0;
        for (PairBatch expected; loader.next(expected); ++count) {
            REQUIRE(batches.next());
            CHECK(batches.present().draws == expected.draws);
            CHECK(batches.present().labels == expected.labels);
            CHECK(trainer.heard.size() == std::min(count + 1, loader.batches() - 1));
            if (count > 0) CHECK(trainer.heard[count - 1] == expected.draws);
        }
        CHECK(count == loader.batches());
        CHECK_FALSE(batches.next());
        CHECK_FALSE(batches.next());
    }
    // An epoch that is left in the middle leaves nothing to the next.
    batches.start_epoch(0, 0);
    REQUIRE(batches.next());
    batches.start_epoch(1, 1);
    loader.start_epoch(1, 1);
    PairBatch expected;
    REQUIRE(loader.next(expected));
    REQUIRE(batches.next());
    CHECK(batches.present().draws == expected.draws);
}

TEST_CASE("nothing is announced to a trainer that gets numbers") {
    const SmallFaces faces(10);
    PairLoaderSettings settings;
    settings.batch_pairs = 4;
    Listener trainer(small_settings<Training>());
    detail::Batches batches(faces.images, faces.pairs, settings, trainer);
    batches.start_epoch(0, 0);
    std::size_t count = 0;
    for (; batches.next(); ++count) CHECK_FALSE(batches.present().images.empty());
    CHECK(count == batches.loader().batches());
    CHECK(trainer.heard.empty());
}
