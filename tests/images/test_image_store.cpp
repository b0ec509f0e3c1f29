#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "../support/temporary_folder.hpp"
#include "ditto/images/image_store.hpp"
#include "ditto/images/save_png.hpp"
#include "images.hpp"

using namespace ditto;

namespace {

std::vector<float> sample(const ImageStore& store, std::size_t i, const Augmentation& change = {}) {
    std::vector<float> output(static_cast<std::size_t>(3 * store.recipe().height * store.recipe().width));
    store.sample(i, change, output);
    return output;
}

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
    double worst = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) worst = std::max<double>(worst, std::abs(a[i] - b[i]));
    return worst;
}

}  // namespace

TEST_CASE("without augmentation images are stored as the recipe makes them") {
    const ImageRecipe recipe{0.8, 32, 48};
    const std::vector<Image> originals = {noise_image(100, 90), noise_image(20, 30), noise_image(32, 48)};
    const ImageStore store(originals, recipe);
    REQUIRE(store.size() == 3);
    CHECK(!store.augmentation());
    for (std::size_t i = 0; i < 3; ++i) {
        const Image prepared = apply(recipe, originals[i]);
        CHECK(store.image(i).pixels == prepared.pixels);
        const std::vector<float> output = sample(store, i);
        for (std::size_t at = 0; at < output.size(); ++at)
            REQUIRE(output[at] == static_cast<float>(prepared.pixels[at]) / 255.0F);
    }
}

TEST_CASE("for augmentation images keep detail and surroundings, but not the camera's size") {
    const AugmentationSettings settings;
    // The whole frame: nothing lies around it; the largest scale is 1.3.
    const ImageStore whole({smooth_image(250, 250), smooth_image(2000, 1500), smooth_image(140, 100)}, {1.0, 128, 128},
                           settings);
    CHECK(whole.image(0).height == 166);
    CHECK(whole.image(0).width == 166);
    CHECK(whole.image(1).height == 166);
    CHECK(whole.image(1).width == 166);
    CHECK(whole.image(2).height == 140);  // enlarging it now would add bytes, not detail
    CHECK(whole.image(2).width == 128);
    // A quarter of the frame: what rotation, shift and shrinking bring in is kept around it.
    const ImageStore quarter({smooth_image(800, 800)}, {0.25, 64, 64}, settings);
    const double reach = augmentation_reach(settings, {0.25, 64, 64});
    CHECK(quarter.image(0).height == doctest::Approx(64 * reach * 1.3).epsilon(0.01));
}

TEST_CASE("a store for augmentation gives the same picture where both have it") {
    // Waves of 80 original pixels: 20 in the output, little changed by the two resamplings.
    const ImageRecipe recipe{0.5, 64, 64};
    const Image original = smooth_image(512, 512, 80.0);
    const ImageStore plain({original}, recipe), rich({original}, recipe, AugmentationSettings{});
    CHECK(rich.image(0).height > 64);
    // A shift of a whole output pixel would make a difference of about 0.15 (slope 0.47 * 6.28 / 20).
    CHECK(largest_difference(sample(plain, 0), sample(rich, 0)) < 0.03);

    // Shrunk to one half, the crop's surroundings are the original's, not a repeated border.
    const ImageStore wide({original}, {1.0, 64, 64});
    const AugmentationSettings shrinking{.rotation_probability = 0.0, .shift_probability = 0.0, .smallest_scale = 0.5};
    const ImageStore shrunk({original}, recipe, shrinking);
    CHECK(largest_difference(sample(wide, 0), sample(shrunk, 0, {.scale = 0.5})) < 0.05);
}

TEST_CASE("files are decoded once each, the same for any number of threads") {
    const TemporaryFolder folder;
    std::vector<std::string> paths;
    for (int i = 0; i < 12; ++i) {
        paths.push_back(std::to_string(i) + ".png");
        save_png(folder / paths.back(), noise_image(20, 20, static_cast<std::uint64_t>(i)));
    }
    const ImageStore one = load_images(folder / "", paths, {1.0, 16, 16}, AugmentationSettings{}, 1);
    const ImageStore four = load_images(folder / "", paths, {1.0, 16, 16}, AugmentationSettings{}, 4);
    for (std::size_t i = 0; i < paths.size(); ++i) CHECK(one.image(i).pixels == four.image(i).pixels);

    std::atomic<int> calls = 0;
    const auto source = [&](std::size_t i) {
        ++calls;
        return noise_image(16, 16, i);
    };
    const ImageStore drawn(100, source, {1.0, 16, 16}, std::nullopt, 3);
    CHECK(calls == 100);
    CHECK(drawn.image(42).pixels == noise_image(16, 16, 42).pixels);
}

TEST_CASE("the first failure in the list's order is reported") {
    const auto source = [](std::size_t i) -> Image {
        if (i == 3) {  // fails late, while other threads meet later failures
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            throw Error("third");
        }
        if (i >= 5) throw Error("later");
        return noise_image(8, 8);
    };
    for (const int threads : {1, 2, 4})
        CHECK(error_of([&] { ImageStore(100, source, {1.0, 8, 8}, std::nullopt, threads); }) == "third");

    // The second has begun when the first fails, and fails after it.
    std::atomic<bool> begun = false;
    const auto both = [&](std::size_t i) -> Image {
        if (i == 0)  // but not for ever: there may be one thread only
            for (int wait = 0; wait < 1000 && !begun; ++wait) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        if (i == 1) {
            begun = true;
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        throw Error(i == 0 ? "first" : "second");
    };
    CHECK(error_of([&] { ImageStore(2, both, {1.0, 8, 8}, std::nullopt, 2); }) == "first");

    const TemporaryFolder folder;
    write_text(folder / "b.jpg", "text");
    save_png(folder / "a.png", noise_image(8, 8));
    const std::string error = error_of([&] {
        load_images(folder / "", {"a.png", "b.jpg", "missing.jpg"}, {1.0, 8, 8});
    });
    CHECK(contains(error, (folder / "b.jpg").string()));
}

TEST_CASE("recipes, augmentations and images that make no sense") {
    CHECK(!error_of([] { ImageStore({noise_image(8, 8)}, {0.0, 8, 8}); }).empty());
    CHECK(!error_of([] { ImageStore({noise_image(8, 8)}, {1.0, 8, 8}, AugmentationSettings{.shift = -1.0}); }).empty());
    for (const Image& empty : {Image{}, Image{0, 3, {}}, Image{3, 0, {}}})
        CHECK(contains(error_of([&] { ImageStore({empty}, {1.0, 8, 8}); }), "no pixels"));
}

TEST_CASE("images of another shape than asked for are an error") {
    const std::vector<Image> originals = {noise_image(40, 40)};
    const ImageStore store(originals, {1.0, 32, 48});
    std::vector<float> small(3 * 32 * 32), grey(32 * 48);
    CHECK_THROWS_WITH_AS(store.sample(0, {}, small), doctest::Contains("32 x 48 pixels in 3 channels"), Error);
    CHECK_THROWS_AS(store.sample(0, {}, grey), Error);
    CHECK_NOTHROW(store.require_extents(Extents::spatial(32, 48, 3)));
    CHECK_THROWS_AS(store.require_extents(Extents::spatial(48, 32, 3)), Error);
    CHECK_THROWS_AS(store.require_extents(Extents::flat(3 * 32 * 48)), Error);
}

TEST_CASE("some images of a store, and those of a folder that can be read") {
    const TemporaryFolder folder;
    std::vector<ditto::Image> images;
    for (const std::uint8_t grey : std::initializer_list<std::uint8_t>{10, 20, 30, 40})
        images.push_back({2, 2, std::vector<std::uint8_t>(12, grey)});
    ditto::ImageStore store(images, ditto::ImageRecipe{1.0, 2, 2});
    CHECK_THROWS_AS(store.keep(std::vector<std::uint32_t>{1, 1}), ditto::Error);
    CHECK_THROWS_AS(store.keep(std::vector<std::uint32_t>{4}), ditto::Error);
    store.keep(std::vector<std::uint32_t>{1, 3});
    REQUIRE(store.size() == 2);
    CHECK(store.image(0).pixels[0] == 20);
    CHECK(store.image(1).pixels[0] == 40);

    for (const std::string name : {"a.ppm", "c.ppm"})
        write_text(folder / name, "P6\n1 1\n255\n" + std::string(3, name[0]));
    write_text(folder / "b.ppm", "no picture");
    const ditto::ReadableImages readable = ditto::load_readable_images(
        folder / "", {"a.ppm", "none.ppm", "b.ppm", "c.ppm"}, ditto::ImageRecipe{1.0, 2, 2});
    CHECK(readable.positions == std::vector<std::uint32_t>{0, 3});
    REQUIRE(readable.images.size() == 2);
    CHECK(readable.images.image(1).pixels[0] == 'c');
    REQUIRE(readable.reasons.size() == 2);
    CHECK(contains(readable.reasons.at(1), "none.ppm: no such file"));
}
