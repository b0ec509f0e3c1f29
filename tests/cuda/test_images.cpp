// Images held and augmented on CUDA beside those that the host makes.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <vector>

#include "../training/small_training.hpp"
#include "ditto/pairs/pair_loader.hpp"
#include "ditto/trainer/cuda_images.cuh"

using namespace ditto;

namespace {

using Gpu = Trainer<Siamese<SmallNetwork, ContrastiveLoss>, SGD, Cuda<fp32>>;

Image noise(int height, int width, std::uint64_t sample) {
    Image image{height, width, {}};
    Random random(4, RandomPurpose::test, 0, sample);
    for (int i = 0; i < 3 * height * width; ++i)
        image.pixels.push_back(static_cast<std::uint8_t>(random.uniform() * 255.99));
    return image;
}

ImageStore noise_store(const std::optional<AugmentationSettings>& augmentation) {
    std::vector<Image> images{noise(16, 16, 0), noise(40, 31, 1), noise(100, 130, 2), noise(2, 2, 3), noise(17, 90, 4)};
    return {std::move(images), ImageRecipe{0.8, 16, 16}, augmentation, 1};
}

// The draws of so many batches of 4 pairs.
std::vector<PairBatch> drawn_batches(const SmallFaces& faces, std::size_t count) {
    PairLoaderSettings settings;
    settings.batch_pairs = 4;
    settings.only_draws = true;
    PairLoader loader(faces.images, faces.pairs, settings);
    std::vector<PairBatch> batches;
    for (std::uint32_t epoch = 0; batches.size() < count; ++epoch) {
        loader.start_epoch(epoch);
        for (PairBatch batch; batches.size() < count && loader.next(batch);) batches.push_back(batch);
    }
    return batches;
}

}  // namespace

TEST_CASE("sampling on CUDA makes the pixels that the host makes") {
    const AugmentationSettings strong{.mirror_probability = 0.5,
                                      .rotation_probability = 0.9,
                                      .rotation = 60.0,
                                      .shift_probability = 0.9,
                                      .shift = 5.0,
                                      .scale_probability = 0.9,
                                      .smallest_scale = 0.4,
                                      .largest_scale = 1.8};
    for (const auto& settings : {std::optional<AugmentationSettings>(), std::optional(strong)}) {
        const ImageStore store = noise_store(settings);
        const detail::CudaContext context(0);
        Cuda<fp32> device;
        device.context = const_cast<detail::CudaContext*>(&context);
        const auto images = detail::CudaImages::of(store, context);
        REQUIRE(images);
        constexpr std::size_t count = 40, size = 16 * 16 * 3;
        std::vector<ImageDraw> draws;
        std::vector<std::byte> samplings(count * sizeof(detail::ImageSampling));
        std::vector<float> expected(count * size), found(count * size);
        for (std::size_t i = 0; i < count; ++i) {
            ImageDraw draw{static_cast<std::uint32_t>(i % store.size()), {}};
            if (settings) draw.augmentation = draw_augmentation(*settings, Random(1, RandomPurpose::test, 0, i));
            draws.push_back(draw);
            store.sample(draw.image, draw.augmentation, std::span(expected).subspan(i * size, size));
        }
        images->sample(draws, Extents::spatial(16, 16, 3), reinterpret_cast<detail::ImageSampling*>(samplings.data()));
        // A fourth channel of zeros, as cuDNN wants it.
        constexpr std::size_t padded = 16 * 16 * 4;
        const detail::DeviceBlock memory(count * sizeof(detail::ImageSampling)),
            output(count * (size + padded) * sizeof(float));
        const auto* on_device = reinterpret_cast<const detail::ImageSampling*>(memory.data());
        REQUIRE(cudaMemcpy(memory.data(), samplings.data(), samplings.size(), cudaMemcpyHostToDevice) == cudaSuccess);
        REQUIRE(cudaDeviceSynchronize() == cudaSuccess);  // the context's stream does not wait for the copy
        detail::for_each(
            device, count * 16 * 16,
            detail::SamplePixel<16, 16, 3, float>{images->bytes(), on_device, reinterpret_cast<float*>(output.data())});
        auto* padded_output = reinterpret_cast<float*>(output.data()) + count * size;
        detail::for_each(device, count * 16 * 16,
                         detail::SamplePixel<16, 16, 4, float>{images->bytes(), on_device, padded_output});
        context.wait();
        std::vector<float> found_padded(count * padded);
        REQUIRE(cudaMemcpy(found_padded.data(), padded_output, count * padded * sizeof(float),
                           cudaMemcpyDeviceToHost) == cudaSuccess);
        REQUIRE(cudaMemcpy(found.data(), output.data(), count * size * sizeof(float), cudaMemcpyDeviceToHost) ==
                cudaSuccess);
        // Positions are rounded at other places: 1e-5 of a pixel, and neighbours differ by up to 1.
        for (std::size_t i = 0; i < found.size(); ++i) REQUIRE(std::abs(found[i] - expected[i]) <= 4e-5F);
        for (std::size_t i = 0; i < found_padded.size(); ++i)
            REQUIRE(found_padded[i] == (i % 4 == 3 ? 0.0F : found[i / 4 * 3 + i % 4]));
    }
}

TEST_CASE("a step on held images is a step on their numbers") {
    const SmallFaces faces(8, true);
    PairLoaderSettings settings;
    settings.batch_pairs = 4;
    settings.seed = 3;
    PairLoader numbers(faces.images, faces.pairs, settings);
    settings.only_draws = true;
    PairLoader draws(faces.images, faces.pairs, settings);
    auto gpu_settings = small_settings<Gpu>();
    gpu_settings.optimizer.learning_rate = 1e-7;  // else the differences of one step grow in the next
    Gpu by_numbers(gpu_settings), by_draws(gpu_settings);
    CHECK_THROWS_AS(by_draws.step_held({}, {}, 1.0), Error);
    REQUIRE(by_draws.hold_images(faces.images));
    PairBatch batch, drawn;
    for (std::uint32_t epoch = 0; epoch < 2; ++epoch) {
        numbers.start_epoch(epoch);
        draws.start_epoch(epoch);
        while (numbers.next(batch)) {
            REQUIRE(draws.next(drawn));
            CHECK(drawn.images.empty());
            CHECK(drawn.labels == batch.labels);
            const double expected = by_numbers.step(batch.images, batch.labels).loss;
            // A pixel differs by up to 4e-5, and BatchNorm of few samples multiplies that; another image would give
            // another loss altogether.
            CHECK(by_draws.step_held(drawn.draws, drawn.labels, 1.0).loss == doctest::Approx(expected).epsilon(1e-3));
        }
        CHECK_FALSE(draws.next(drawn));
    }
    std::vector<ImageDraw> wrong(8);
    wrong.front().image = 1000;
    CHECK_THROWS_WITH_AS(by_draws.step_held(wrong, std::vector(4, PairLabel::same), 1.0),
                         doctest::Contains("image 1000 of"), Error);
}

TEST_CASE("images that were announced are those of a step, and what else was announced changes nothing") {
    const SmallFaces faces(8, true);
    const std::vector<PairBatch> batches = drawn_batches(faces, 6);
    Gpu plain(small_settings<Gpu>()), announced(small_settings<Gpu>());
    CHECK_THROWS_AS(announced.announce_held(batches[0].draws), Error);
    REQUIRE(plain.hold_images(faces.images));
    REQUIRE(announced.hold_images(faces.images));
    const auto step = [](Gpu& trainer, const PairBatch& batch) {
        return trainer.step_held(batch.draws, batch.labels, 1.0).loss;
    };
    std::vector<float> features(announced.feature_size);
    for (std::size_t i = 0; i < batches.size(); ++i) {
        CAPTURE(i);
        if (i == 1) announced.announce_held(batches[4].draws);  // another than the next
        if (i == 3) {                                           // the second one counts
            announced.announce_held(batches[0].draws);
            announced.announce_held(batches[4].draws);
        }
        if (i == 0 || i == 2 || i == 4) announced.announce_held(batches[i + 1].draws);
        CHECK(step(announced, batches[i]) == step(plain, batches[i]));
        if (i == 2) announced.embed(std::vector<float>(announced.image_size, 0.5F), features);  // between two steps
    }
    std::vector<ImageDraw> wrong(8);
    wrong.back().image = 1000;
    CHECK_THROWS_WITH_AS(announced.announce_held(wrong), doctest::Contains("image 1000 of"), Error);
    CHECK_THROWS_WITH_AS(announced.announce_held(std::vector<ImageDraw>(10)), doctest::Contains("was announced 10"),
                         Error);
}

#ifdef DITTO_CUDA_EMULATION
TEST_CASE("announced images are made in time, at whatever pace streams go") {
    const SmallFaces faces(8, true);
    const std::vector<PairBatch> batches = drawn_batches(faces, 4);
    const auto losses = [&](bool announces) {
        Gpu trainer(small_settings<Gpu>());
        REQUIRE(trainer.hold_images(faces.images));
        std::vector<double> all;
        for (std::size_t i = 0; i < batches.size(); ++i) {
            if (announces && i + 1 < batches.size()) trainer.announce_held(batches[i + 1].draws);
            all.push_back(trainer.step_held(batches[i].draws, batches[i].labels, 1.0).loss);
        }
        return all;
    };
    const std::vector<double> expected = losses(false);
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        CAPTURE(seed);
        const emulation::ShuffledStreams shuffled(seed);
        CHECK(losses(true) == expected);
    }
}

TEST_CASE("images that do not fit are not held") {
    const SmallFaces faces(8);
    Gpu trainer(small_settings<Gpu>());
    emulation::set_memory(detail::CudaImages::reserve, std::size_t{8} << 30);
    CHECK_FALSE(trainer.hold_images(faces.images));
    // The bytes alone would fit, the places of two batches not.
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < faces.images.size(); ++i) bytes += faces.images.image(i).pixels.size();
    emulation::set_memory(detail::CudaImages::reserve + bytes, std::size_t{8} << 30);
    CHECK_FALSE(trainer.hold_images(faces.images));
    emulation::set_memory(std::size_t{4} << 30, std::size_t{8} << 30);
    CHECK(trainer.hold_images(faces.images));
}
#endif
