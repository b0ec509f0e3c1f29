#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <limits>
#include <new>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "../images/images.hpp"
#include "ditto/pairs/pair_loader.hpp"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define DITTO_TEST_OWN_NEW 0  // ThreadSanitizer brings its own
#endif
#endif
#ifndef DITTO_TEST_OWN_NEW
#define DITTO_TEST_OWN_NEW 1
#endif

using namespace ditto;

namespace {

std::atomic<std::size_t> allocations = 0;
std::atomic<std::size_t> largest_allocation = std::numeric_limits<std::size_t>::max();  // bytes; more fails

}  // namespace

#if DITTO_TEST_OWN_NEW
// Counts every allocation of every thread, and lets those beyond a size fail. Not inlined: g++ would warn that what one
// of them allocates is freed by another.
[[gnu::noinline]] void* operator new(std::size_t size) {
    ++allocations;
    void* memory = size > largest_allocation ? nullptr : std::malloc(size);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
#endif

namespace {

constexpr std::size_t image_size = 3 * 12 * 10;  // values of one image of the store
const ImageRecipe recipe{1.0, 12, 10};

ImageStore make_store(bool augmented) {
    return {20, [](std::size_t i) { return noise_image(15, 15, i); }, recipe,
            augmented ? std::optional(AugmentationSettings{}) : std::nullopt, 1};
}

std::vector<Pair> make_pairs(std::size_t count) {
    std::vector<Pair> pairs;
    for (std::uint32_t i = 0; i < count; ++i)
        pairs.push_back({i % 20, (i * i + 3) % 20, i % 3 == 0 ? PairLabel::same : PairLabel::different});
    return pairs;
}

std::vector<PairBatch> epoch(PairLoader& loader, std::uint32_t number, std::size_t first_batch = 0) {
    std::vector<PairBatch> batches;
    PairBatch batch;
    loader.start_epoch(number, first_batch);
    while (loader.next(batch)) batches.push_back(batch);
    return batches;
}

bool equal(const std::vector<PairBatch>& a, const std::vector<PairBatch>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const PairBatch& x, const PairBatch& y) {
        return x.pairs == y.pairs && x.images == y.images && x.labels == y.labels;
    });
}

}  // namespace

TEST_CASE("in order and plain: left images first, then right ones") {
    const ImageStore store = make_store(false);
    const std::vector<Pair> pairs = make_pairs(11);
    PairLoader loader(store, pairs, {.batch_pairs = 4, .shuffle = false});
    CHECK(loader.batches() == 3);
    CHECK(loader.dropped_pairs() == 0);
    PairBatch unused;
    CHECK(!loader.next(unused));  // no epoch has begun
    const std::vector<PairBatch> batches = epoch(loader, 0);
    REQUIRE(batches.size() == 3);
    std::vector<float> expected(image_size);
    std::size_t row = 0;
    for (const PairBatch& batch : batches) {
        CHECK(batch.pairs == (row < 8 ? 4 : 3));
        REQUIRE(batch.images.size() == 2 * batch.pairs * image_size);
        REQUIRE(batch.labels.size() == batch.pairs);
        for (std::size_t i = 0; i < batch.pairs; ++i, ++row) {
            CHECK(batch.labels[i] == pairs[row].label);
            for (const std::size_t side : {std::size_t{0}, std::size_t{1}}) {
                store.sample(side == 0 ? pairs[row].left : pairs[row].right, {}, expected);
                const float* actual = batch.images.data() + (side * batch.pairs + i) * image_size;
                CHECK(std::equal(expected.begin(), expected.end(), actual));
            }
        }
    }
}

TEST_CASE("batches depend on the seed and the epoch, not on threads, queue or history") {
    const ImageStore store = make_store(true);
    const std::vector<Pair> pairs = make_pairs(50);
    PairLoader one(store, pairs, {.batch_pairs = 8, .seed = 5, .threads = 1});
    PairLoader four(store, pairs, {.batch_pairs = 8, .seed = 5, .threads = 4, .prefetch = 3});
    PairLoader other(store, pairs, {.batch_pairs = 8, .seed = 6});
    const std::vector<PairBatch> first = epoch(one, 1), second = epoch(one, 2);
    CHECK(first.size() == 7);
    CHECK(equal(epoch(four, 2), second));
    CHECK(equal(epoch(four, 1), first));
    CHECK(!equal(first, second));
    CHECK(!equal(epoch(other, 1), first));
}

TEST_CASE("an epoch holds every pair once, in an order of its own") {
    const ImageStore store = make_store(false);
    std::vector<Pair> pairs;  // no two the same
    for (std::uint32_t left = 0; left < 5; ++left)
        for (std::uint32_t right = 5; right < 10; ++right) pairs.push_back({left, right});
    PairLoader shuffled(store, pairs, {.batch_pairs = 1}), ordered(store, pairs, {.batch_pairs = 1, .shuffle = false});
    const auto images = [](const std::vector<PairBatch>& batches) {
        std::vector<std::vector<float>> all;
        for (const PairBatch& batch : batches) all.push_back(batch.images);
        return all;
    };
    const auto a = images(epoch(shuffled, 0)), b = images(epoch(shuffled, 1)), c = images(epoch(ordered, 1));
    CHECK(a != b);
    CHECK(a != c);
    const std::set<std::vector<float>> all(c.begin(), c.end());
    CHECK(all.size() == 25);
    CHECK(std::set<std::vector<float>>(a.begin(), a.end()) == all);
    CHECK(std::set<std::vector<float>>(b.begin(), b.end()) == all);
}

TEST_CASE("augmentation: on, off, new in every epoch and for every use of an image") {
    const ImageStore store = make_store(true);
    const std::vector<Pair> pairs(6, Pair{3, 3, PairLabel::same});
    PairLoader augmented(store, pairs, {.batch_pairs = 6, .shuffle = false});
    PairLoader plain(store, pairs, {.batch_pairs = 6, .shuffle = false, .augment = false});
    const std::vector<PairBatch> first = epoch(augmented, 0);
    CHECK(!equal(first, epoch(augmented, 1)));
    std::set<std::vector<float>> images;
    for (std::size_t i = 0; i < 12; ++i)
        images.emplace(first[0].images.begin() + static_cast<std::ptrdiff_t>(i * image_size),
                       first[0].images.begin() + static_cast<std::ptrdiff_t>((i + 1) * image_size));
    CHECK(images.size() >= 8);  // one draw in 16 changes nothing, one in 16 only mirrors
    std::vector<float> expected(image_size);
    store.sample(3, {}, expected);
    const std::vector<PairBatch> same = epoch(plain, 0);
    CHECK(std::equal(expected.begin(), expected.end(), same[0].images.begin()));
    CHECK(equal(same, epoch(plain, 1)));
}

TEST_CASE("an epoch can begin in its middle") {
    const ImageStore store = make_store(true);
    const std::vector<Pair> pairs = make_pairs(30);
    PairLoader loader(store, pairs, {.batch_pairs = 4, .threads = 2});
    const std::vector<PairBatch> whole = epoch(loader, 3);
    CHECK(equal(epoch(loader, 3, 5), {whole.begin() + 5, whole.end()}));
    CHECK(epoch(loader, 3, 8).empty());
    CHECK(contains(error_of([&] { loader.start_epoch(3, 9); }), "batch 9 of 8"));
}

TEST_CASE("a last batch that is too small is dropped") {
    const ImageStore store = make_store(false);
    const std::vector<Pair> pairs = make_pairs(9);
    PairLoader kept(store, pairs, {.batch_pairs = 4}), dropped(store, pairs, {.batch_pairs = 4, .smallest_batch = 2});
    CHECK(kept.batches() == 3);
    CHECK(dropped.batches() == 2);
    CHECK(dropped.dropped_pairs() == 1);
    const std::vector<PairBatch> batches = epoch(dropped, 0);
    CHECK(batches.size() == 2);
    CHECK(batches[1].pairs == 4);
    PairLoader partial(store, pairs, {.batch_pairs = 7, .smallest_batch = 2});
    CHECK(partial.batches() == 2);
    CHECK(partial.dropped_pairs() == 0);
}

TEST_CASE("an epoch abandoned in its middle, by another or for good") {
    const ImageStore store = make_store(true);
    const std::vector<Pair> pairs = make_pairs(200);
    PairLoader reference(store, pairs, {.batch_pairs = 4});
    const std::vector<PairBatch> expected = epoch(reference, 7);
    for (int i = 0; i < 20; ++i) {
        PairLoader loader(store, pairs, {.batch_pairs = 4, .threads = 3, .prefetch = 4});
        PairBatch batch;
        loader.start_epoch(1);
        for (int taken = 0; taken < i; ++taken) loader.next(batch);
        if (i % 2 == 0) CHECK(equal(epoch(loader, 7), expected));
    }
}

TEST_CASE("no memory is allocated once every buffer has been in use" * doctest::skip(DITTO_TEST_OWN_NEW == 0)) {
    const ImageStore store = make_store(true);
    const std::vector<Pair> pairs = make_pairs(90);
    PairLoader loader(store, pairs, {.batch_pairs = 4, .threads = 2, .prefetch = 3});
    PairBatch batch;
    loader.start_epoch(0);
    while (loader.next(batch)) {
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // the threads have gone to wait
    const std::size_t before = allocations;
    loader.start_epoch(1);
    while (loader.next(batch)) {
    }
    CHECK(allocations == before);
}

TEST_CASE("what a thread throws is thrown where its batch is asked for" * doctest::skip(DITTO_TEST_OWN_NEW == 0)) {
    const ImageStore store = make_store(false);
    const std::vector<Pair> pairs = make_pairs(40);
    const auto next_fails = [](PairLoader& loader, PairBatch& batch) {
        try {
            loader.next(batch);
        } catch (const std::bad_alloc&) {
            return true;
        }
        return false;
    };
    PairLoader loader(store, pairs, {.batch_pairs = 8, .shuffle = false, .prefetch = 1});
    PairBatch batch;
    largest_allocation = 8 * image_size * sizeof(float);  // less than a batch
    loader.start_epoch(0);
    const bool failed = next_fails(loader, batch);
    largest_allocation = std::numeric_limits<std::size_t>::max();
    CHECK(failed);
    PairLoader healthy(store, pairs, {.batch_pairs = 8, .shuffle = false});
    CHECK(equal(epoch(loader, 0), epoch(healthy, 0)));  // a failure does not spoil the loader
}

TEST_CASE("settings and pairs that make no sense") {
    const ImageStore store = make_store(false);
    const std::vector<Pair> pairs = make_pairs(3), beyond = {{0, 20}};
    const auto error = [&](const std::vector<Pair>& list, const PairLoaderSettings& settings) {
        return error_of([&] { PairLoader(store, list, settings); });
    };
    CHECK(contains(error(pairs, {.batch_pairs = 0}), "at least 1 pair"));
    CHECK(contains(error(pairs, {.threads = 0}), "at least 1 thread"));
    CHECK(contains(error(pairs, {.prefetch = 0}), "at least 1 thread"));
    CHECK(contains(error(beyond, {}), "image 20, but the store holds 20"));
    CHECK(contains(error({}, {}), "0 pairs"));
    CHECK(contains(error(pairs, {.smallest_batch = 4}), "3 pairs do not fill"));
}
