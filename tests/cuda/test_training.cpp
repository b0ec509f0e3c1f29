// Training on CUDA beside training on the CPU.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "../support/mixed_signs.hpp"
#include "../training/small_training.hpp"
#include "ditto/cuda.cuh"
#include "ditto/trainer/cuda_trainer.cuh"
#include "ditto/training/checkpoint.hpp"

using namespace ditto;

namespace {

/// Every kind of layer that the other two networks lack.
using MixedNetwork = Sequential<Shape<16, 16, 3>, Conv2d<3, 6, 3, Padding<1>>, LeakyReLU<std::ratio<1, 10>>,
                                MaxPool2d<3, Stride<1>>, Conv2d<6, 12, 2, Stride<2>>, Sigmoid, BatchNorm2d<12>,
                                Dropout<std::ratio<1, 5>>, GlobalAveragePool2d, Linear<12, 10>, L2Normalize>;

template <class Network, class Loss, class Optimizer, class Device, class Twin = twin::separate>
using TrainerOn = Trainer<Siamese<Network, Loss, Twin>, Optimizer, Device>;

double relative_difference(const std::vector<double>& found, const std::vector<double>& expected) {
    REQUIRE(found.size() == expected.size());
    double difference = 0.0, size = 0.0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        difference += (found[i] - expected[i]) * (found[i] - expected[i]);
        size += expected[i] * expected[i];
    }
    return size == 0.0 ? std::sqrt(difference) : std::sqrt(difference / size);
}

std::vector<double> numbers_of(const StoredTensor& tensor) {
    const auto read = [&](const auto* numbers) { return std::vector<double>(numbers, numbers + tensor.info.size()); };
    if (tensor.type == StoredType::float32) return read(static_cast<const float*>(tensor.data));
    if (tensor.type == StoredType::float64) return read(static_cast<const double*>(tensor.data));
    return {static_cast<double>(*static_cast<const std::int64_t*>(tensor.data))};
}

void copy_tensors(const std::vector<StoredTensor>& from, const std::vector<StoredTensor>& to) {
    for (std::size_t i = 0; i < from.size(); ++i) {
        const std::size_t width = from[i].type == StoredType::float32 ? 4 : 8;
        std::memcpy(to[i].data, from[i].data, static_cast<std::size_t>(from[i].info.size()) * width);
    }
}

// Distances from float64: `found`'s may be `factor` times those of the CPU in float32, whose roundings are others.
void compare(const std::vector<StoredTensor>& found, const std::vector<StoredTensor>& host,
             const std::vector<StoredTensor>& reference, double factor = 8.0) {
    REQUIRE(found.size() == reference.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        CAPTURE(found[i].name);
        CHECK(found[i].name == reference[i].name);
        const std::vector<double> expected = numbers_of(reference[i]);
        // A tensor of few numbers may be lucky on the CPU: 1e-6 is a few roundings.
        CHECK(relative_difference(numbers_of(found[i]), expected) <=
              factor * relative_difference(numbers_of(host[i]), expected) + 1e-6);
    }
}

template <class Trainer>
auto settings_for() {
    auto settings = small_settings<Trainer>();
    if constexpr (requires { settings.keep_gradients; }) settings.keep_gradients = true;
    return settings;
}

// One pass, then three steps of SGD, whose updates are proportional to the gradients.
template <class Network, class Loss, class Precision, class Twin = twin::separate>
void compare_with_float64() {
    using Gpu = TrainerOn<Network, Loss, SGD, Cuda<Precision>, Twin>;
    using Host = TrainerOn<Network, Loss, SGD, Cpu<fp32>, Twin>;
    using Reference = TrainerOn<Network, Loss, SGD, Cpu<fp64>, Twin>;
    Gpu gpu(settings_for<Gpu>());
    Host host(settings_for<Host>());
    Reference reference(settings_for<Reference>());
    for (const auto& weights : {gpu.weights(), host.weights(), reference.weights()}) mix_signs(weights);
    const RandomBatch batch(4);
    const StepResult found = gpu.compute_gradients(batch.images, batch.labels);
    host.compute_gradients(batch.images, batch.labels);
    const StepResult expected = reference.compute_gradients(batch.images, batch.labels);
    CHECK(std::abs(found.loss / expected.loss - 1) <= 1e-5);
    CHECK(relative_difference({found.scores.begin(), found.scores.end()},
                              {expected.scores.begin(), expected.scores.end()}) <= 1e-5);
    compare(gpu.gradients(), host.gradients(), reference.gradients());
    for (std::uint64_t step = 0; step < 3; ++step) {
        const RandomBatch next(4, step);
        gpu.step(next.images, next.labels);
        host.step(next.images, next.labels);
        reference.step(next.images, next.labels);
    }
    // A step's roundings move the next step's gradients: the ratio of two such walks spreads further.
    compare(gpu.weights(), host.weights(), reference.weights(), 32.0);
    const auto embed = [&](auto& trainer) {
        std::vector<float> features(3 * trainer.feature_size);
        trainer.embed(std::span(batch.images).first(3 * trainer.image_size), features);
        return std::vector<double>(features.begin(), features.end());
    };
    CHECK(relative_difference(embed(gpu), embed(reference)) <=
          32 * relative_difference(embed(host), embed(reference)) + 1e-6);
}

}  // namespace

TEST_CASE("a pass and three steps in fp32 are those of the CPU in float64") {
    compare_with_float64<SmallNetwork, ContrastiveLoss, fp32>();
    compare_with_float64<SmallNetwork, ConcatBceLoss, fp32>();
    compare_with_float64<SmallNetwork, DifferenceBceLoss, fp32>();
    compare_with_float64<FastNetwork, ContrastiveLoss, fp32>();
    compare_with_float64<FastNetwork, ConcatBceLoss, fp32, twin::stacked>();
    compare_with_float64<MixedNetwork, ContrastiveLoss, fp32>();
}

TEST_CASE("running statistics measured on CUDA are those of the CPU in float64") {
    using Gpu = TrainerOn<SmallNetwork, ContrastiveLoss, SGD, Cuda<fp32>>;
    using Reference = TrainerOn<SmallNetwork, ContrastiveLoss, SGD, Cpu<fp64>>;
    Gpu gpu(small_settings<Gpu>());
    Reference reference(small_settings<Reference>());
    for (std::uint64_t sample = 0; sample < 2; ++sample) {
        const RandomBatch batch(3, sample + 1);
        gpu.update_statistics(batch.images, sample == 0 ? 0.0 : 0.5);
        reference.update_statistics(batch.images, sample == 0 ? 0.0 : 0.5);
    }
    const auto found = gpu.weights(), expected = reference.weights();
    for (std::size_t i = 0; i < found.size(); ++i) {
        CAPTURE(found[i].name);
        CHECK(relative_difference(numbers_of(found[i]), numbers_of(expected[i])) <= 1e-5);  // fp32 through 3 blocks
    }
}

TEST_CASE("Adam and AdamW on CUDA update as on the CPU") {
    const auto check = []<class Optimizer>(Optimizer) {
        using Gpu = TrainerOn<SmallNetwork, ConcatBceLoss, Optimizer, Cuda<fp32>>;
        using Host = TrainerOn<SmallNetwork, ConcatBceLoss, Optimizer, Cpu<fp32>>;
        auto settings = small_settings<Gpu>();
        settings.optimizer.weight_decay = 0.01;
        auto host_settings = small_settings<Host>();
        host_settings.optimizer.weight_decay = 0.01;
        Gpu gpu(settings);
        Host host(host_settings);
        for (std::uint64_t step = 0; step < 3; ++step) {
            const RandomBatch batch(4, step);
            const double factor = 1.0 / static_cast<double>(step + 1);
            gpu.step(batch.images, batch.labels, factor);
            host.step(batch.images, batch.labels, factor);
        }
        // The first steps of Adam are the gradients' signs, and the sign of a gradient that is all rounding is luck.
        for (std::size_t i = 0; i < gpu.weights().size(); ++i)
            CHECK(relative_difference(numbers_of(gpu.weights()[i]), numbers_of(host.weights()[i])) <= 2e-2);
        CHECK(gpu.steps() == host.steps());
    };
    check(Adam{});
    check(AdamW{});
}

namespace {

// A number has eight bits: each layer rounds by 2e-3. BatchNorm of the few samples of these batches would multiply that
// (its output is a difference of near numbers), so the network ends without one; and which of two near numbers a
// MaxPool2d takes is luck, so it averages.
template <class Loss>
struct HalfRun {
    using Network = Sequential<Shape<16, 16, 3>, Conv2d<3, 8, 3, Padding<1>>, ReLU, BatchNorm2d<8>, AveragePool2d<2>,
                               Conv2d<8, 16, 3>, ReLU, BatchNorm2d<16>, AveragePool2d<2>, Flatten, Linear<144, 12>>;
    using Half = TrainerOn<Network, Loss, SGD, Cuda<bf16>>;
    using Reference = TrainerOn<Network, Loss, SGD, Cpu<fp64>>;
    Half gpu{settings_for<Half>()};
    Reference reference{settings_for<Reference>()};
    RandomBatch batch{4};

    // Returns the loss.
    double compare_pass() {
        const double loss = gpu.compute_gradients(batch.images, batch.labels).loss;
        CHECK(std::abs(loss / reference.compute_gradients(batch.images, batch.labels).loss - 1) <= 2e-2);
        const std::vector<float> features = gpu.features(4);
        const auto expected = reference.features(4);
        CHECK(relative_difference({features.begin(), features.end()}, {expected.begin(), expected.end()}) <= 2e-2);
        const auto gradients = gpu.gradients(), expected_gradients = reference.gradients();
        for (std::size_t i = 0; i < gradients.size(); ++i) {
            if (gradients[i].info.rank < 2) continue;  // biases before BatchNorm: sums that cancel to nothing
            CAPTURE(gradients[i].name);
            CHECK(relative_difference(numbers_of(gradients[i]), numbers_of(expected_gradients[i])) <= 1e-1);
        }
        return loss;
    }
};

}  // namespace

TEST_CASE("a pass in bf16 is that of float64 within its rounding, and training lowers the loss") {
    HalfRun<DifferenceBceLoss>().compare_pass();
    HalfRun<ConcatBceLoss> run;
    const double first = run.compare_pass();
    double loss = first, expected_loss = first;
    for (int step = 0; step < 20; ++step) {
        loss = run.gpu.step(run.batch.images, run.batch.labels).loss;
        expected_loss = run.reference.step(run.batch.images, run.batch.labels).loss;
    }
    CHECK(loss < 0.9 * first);
    CHECK(std::abs(loss / expected_loss - 1) <= 2e-2);
}

TEST_CASE("the same batches give the same bits, and a graph of any number of pairs its own result") {
    using Gpu = TrainerOn<FastNetwork, ContrastiveLoss, Adam, Cuda<fp32>>;
    Gpu first(small_settings<Gpu>()), second(small_settings<Gpu>());
    std::vector<double> losses, again;
    const auto train = [](Gpu& trainer, std::vector<double>& all) {
        for (const std::size_t pairs : {4, 3, 4, 2, 3}) {
            const RandomBatch batch(pairs, all.size());
            all.push_back(trainer.step(batch.images, batch.labels).loss);
        }
    };
    train(first, losses);
    train(second, again);
    CHECK(losses == again);
    CHECK(bytes_of(first.weights()) == bytes_of(second.weights()));
    CHECK(bytes_of(first.optimizer_state()) == bytes_of(second.optimizer_state()));
}

TEST_CASE("weights and state that a trainer lends are taken back with their changes") {
    using Gpu = TrainerOn<SmallNetwork, ContrastiveLoss, SGD, Cuda<fp32>>;
    Gpu trained(small_settings<Gpu>()), copy(small_settings<Gpu>());
    const RandomBatch batch(4);
    trained.step(batch.images, batch.labels);
    copy_tensors(trained.weights(), copy.weights());
    copy_tensors(trained.optimizer_state(), copy.optimizer_state());
    copy.resume_at(trained.steps());
    CHECK(copy.step(batch.images, batch.labels).loss == trained.step(batch.images, batch.labels).loss);
    CHECK(bytes_of(copy.weights()) == bytes_of(trained.weights()));
}

TEST_CASE("what an update rounds for products is what the weights are, also after an average was swapped in") {
    using Gpu = TrainerOn<SmallNetwork, ContrastiveLoss, Adam, Cuda<bf16>>;
    auto settings = small_settings<Gpu>();
    settings.average_weights = true;
    settings.optimizer.learning_rate = 0.05;  // a stale copy would be seen
    Gpu trainer(settings);
    const RandomBatch batch(4);
    const auto features = [&] {
        std::vector<float> all(8 * trainer.feature_size);
        trainer.embed(batch.images, all);
        return all;
    };
    const auto check_prepared = [&] {
        const std::vector<float> as_they_are = features();
        trainer.weights();  // lent, so that all is prepared anew
        CHECK(features() == as_they_are);
        return as_they_are;
    };
    const std::vector<float> at_first = check_prepared();
    trainer.update_average(0.0);
    for (int step = 0; step < 3; ++step) trainer.step(batch.images, batch.labels);
    const std::vector<float> trained = check_prepared();
    CHECK(trained != at_first);
    trainer.swap_average();
    CHECK(check_prepared() == at_first);
    trainer.step(batch.images, batch.labels);
    check_prepared();
}

TEST_CASE("a checkpoint of either device goes on on the other") {
    using Gpu = TrainerOn<SmallNetwork, ConcatBceLoss, Adam, Cuda<fp32>>;
    using Host = TrainerOn<SmallNetwork, ConcatBceLoss, Adam, Cpu<fp32>>;
    const std::filesystem::path path = std::filesystem::temp_directory_path() / "ditto_cuda_checkpoint.safetensors";
    const auto next_loss = [](AnyTrainer& trainer) {
        const RandomBatch batch(4, static_cast<std::uint64_t>(trainer.steps()));
        return trainer.step(batch.images, batch.labels, 1.0).loss;
    };
    const auto move = [&](AnyTrainer& from, AnyTrainer& to) {
        EpochRecorder recorder(from.score_kind(), std::nullopt, 4);
        next_loss(from);
        next_loss(from);
        save_checkpoint(path, from, {}, recorder, {});
        load_checkpoint(path, to, recorder, {});
        CHECK(to.steps() == 2);
        CHECK(bytes_of(to.weights()) == bytes_of(from.weights()));
        CHECK(bytes_of(to.optimizer_state()) == bytes_of(from.optimizer_state()));
        CHECK(next_loss(to) == doctest::Approx(next_loss(from)).epsilon(1e-5));  // sums in another order
    };
    Gpu gpu(small_settings<Gpu>()), other_gpu(small_settings<Gpu>());
    Host host(small_settings<Host>()), other_host(small_settings<Host>());
    move(gpu, host);
    move(other_host, other_gpu);
    std::filesystem::remove(path);
}

TEST_CASE("a pass by a graph has the bits of one asked for layer by layer") {
    using Gpu = TrainerOn<FastNetwork, ContrastiveLoss, Adam, Cuda<tf32>>;
    using Frozen = Inference<Siamese<FastNetwork, ContrastiveLoss>, Cuda<tf32>>;
    Gpu trainer(small_settings<Gpu>());  // embeds without a graph
    Frozen frozen(3);
    copy_tensors(trainer.weights(), frozen.weights());
    const RandomBatch batch(4);
    std::vector<float> direct(8 * Gpu::feature_size), replayed(direct.size());
    trainer.embed(batch.images, direct);
    frozen.embed(batch.images, replayed);
    CHECK(direct == replayed);
}

TEST_CASE_TEMPLATE("scores of features are the loss's", Loss, ConcatBceLoss, DifferenceBceLoss) {
    using Gpu = TrainerOn<SmallNetwork, Loss, SGD, Cuda<fp32>>;
    using Host = TrainerOn<SmallNetwork, Loss, SGD, Cpu<fp32>>;
    Gpu gpu(small_settings<Gpu>());
    Host host(small_settings<Host>());
    constexpr std::size_t pairs = 11;  // more than a batch
    std::vector<float> left(pairs * gpu.feature_size), right(left.size());
    Random random(1, RandomPurpose::test);
    for (float& number : left) number = static_cast<float>(random.uniform());
    for (float& number : right) number = static_cast<float>(random.uniform());
    std::vector<double> found(pairs), expected(pairs);
    gpu.score(left, right, found);
    host.score(left, right, expected);
    CHECK(relative_difference(found, expected) <= 1e-12);
}

TEST_CASE("features larger than images are scored") {
    using Wide = Sequential<Shape<4>, Linear<4, 64>>;
    using Gpu = TrainerOn<Wide, ConcatBceLoss, SGD, Cuda<fp32>>;
    using Host = TrainerOn<Wide, ConcatBceLoss, SGD, Cpu<fp32>>;
    Gpu gpu(small_settings<Gpu>());
    Host host(small_settings<Host>());
    std::vector<float> left(11 * 64, 0.25F), right(11 * 64, -0.5F);
    std::vector<double> found(11), expected(11);
    gpu.score(left, right, found);
    host.score(left, right, expected);
    CHECK(relative_difference(found, expected) <= 1e-12);
}

TEST_CASE("a step after the first of its size takes no memory") {
    using Gpu = TrainerOn<FastNetwork, ContrastiveLoss, Adam, Cuda<fp32>>;
    Gpu trainer(small_settings<Gpu>());
    const RandomBatch batch(4);
    const auto free_memory = [] {
        std::size_t free = 0, total = 0;
        REQUIRE(cudaMemGetInfo(&free, &total) == cudaSuccess);
        return free;
    };
    trainer.step(batch.images, batch.labels);
    const std::size_t before = free_memory();
    for (int step = 0; step < 3; ++step) trainer.step(batch.images, batch.labels);
    CHECK(free_memory() == before);
}

#ifdef DITTO_CUDA_EMULATION  // which counts to the byte
TEST_CASE("memory of the GPU is what the plan says, in one allocation") {
    using Gpu = TrainerOn<FastNetwork, ContrastiveLoss, Adam, Cuda<fp32>>;
    const std::size_t before = emulation::allocated_bytes();
    Gpu trainer(small_settings<Gpu>());
    CHECK(emulation::allocated_bytes() - before == trainer.plan().total_bytes);
    const RandomBatch batch(4);
    trainer.step(batch.images, batch.labels);
    const std::size_t allocations = emulation::allocation_count();
    trainer.step(batch.images, batch.labels);
    CHECK(emulation::allocation_count() == allocations);
    CHECK(emulation::allocated_bytes() - before == trainer.plan().total_bytes);
}
#endif
