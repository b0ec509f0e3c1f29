// What goes wrong on a GPU, said in one message each. The emulation plays the broken machine.
#include <doctest/doctest.h>

#include <string>

#include "../../support/message_of.hpp"
#include "../../training/small_training.hpp"

using namespace ditto;

namespace {

using Verifier = Siamese<SmallNetwork, ConcatBceLoss>;
using Gpu = Trainer<Verifier, Adam, Cuda<fp32>>;
using Frozen = Inference<Verifier, Cuda<bf16>>;

std::string message_of_trainer() {
    return message_of([] { Gpu trainer(small_settings<Gpu>()); });
}
std::string message_of_inference() {
    return message_of([] { Frozen inference(1); });
}

bool holds(const std::string& text, const std::string& part) {
    CAPTURE(text);
    CAPTURE(part);
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("no GPU, no driver and an old driver are told apart") {
    emulation::set_device_count(0);
    CHECK(holds(message_of_trainer(), "there is no GPU that CUDA can use"));
    CHECK(holds(message_of_inference(), "there is no GPU that CUDA can use"));
    emulation::set_device_count(0, cudaErrorInsufficientDriver);
    CHECK(holds(message_of_trainer(), "this machine has no NVIDIA driver"));
    emulation::set_device_count(1);
    CHECK(holds(detail::cuda_advice(cudaErrorInsufficientDriver), "older than this program's CUDA 13.0; update"));
    CHECK(message_of_trainer() == "no error");
}

TEST_CASE("a GPU that is not there is an error that says how many there are") {
    auto settings = small_settings<Gpu>();
    settings.device.index = 3;
    CHECK(message_of([&] { Gpu trainer(settings); }) == "there is no GPU 3; this machine has 1, counted from 0");
}

TEST_CASE("a GPU for which the program has no code is an error at once") {
    emulation::fail_next_launch(cudaErrorNoKernelImageForDevice);
    CHECK(holds(message_of_trainer(), "not compiled for this GPU; configure with its architecture"));
    emulation::fail_next_launch(cudaErrorNoKernelImageForDevice);
    CHECK(holds(message_of_inference(), "not compiled for this GPU; configure with its architecture"));
}

TEST_CASE("out of memory says the plan's figure and what is free") {
    auto settings = small_settings<Gpu>();
    settings.batch = batch_pairs{64};
    const std::size_t bytes = memory_plan<Gpu>(settings.batch).total_bytes;
    emulation::set_memory(bytes - 1, bytes + (std::size_t{1} << 30));
    const std::string message = message_of([&] { Gpu trainer(settings); });
    CHECK(holds(message, "the plan needs " + std::to_string(bytes >> 20) + " MiB in one block, and " +
                             std::to_string((bytes - 1) >> 20) + " of " + std::to_string((bytes >> 20) + 1024) +
                             " MiB are free; use a smaller batch"));
    emulation::set_memory(bytes, bytes + (std::size_t{1} << 30));
    CHECK(message_of([&] { Gpu trainer(settings); }) == "no error");
}

TEST_CASE("a failed constructor gives everything back") {
    const std::size_t handles = emulation::handle_count(), bytes = emulation::allocated_bytes();
    emulation::fail_next_malloc();
    CHECK(holds(message_of_trainer(), "out of GPU memory"));
    emulation::fail_next_launch(cudaErrorNoKernelImageForDevice);
    CHECK(message_of_trainer() != "no error");
    CHECK(emulation::handle_count() == handles);
    CHECK(emulation::allocated_bytes() == bytes);
}

TEST_CASE("a kernel that cannot be launched is an error, and the trainer goes on") {
    Gpu trainer(small_settings<Gpu>());
    const RandomBatch batch(4);
    emulation::fail_next_launch(cudaErrorLaunchFailure);
    CHECK(holds(message_of([&] { trainer.step(batch.images, batch.labels); }), "a kernel failed"));
    CHECK(message_of([&] { trainer.step(batch.images, batch.labels); }) == "no error");
}

TEST_CASE("wrong counts are errors that say what was expected") {
    Gpu trainer(small_settings<Gpu>());
    const RandomBatch batch(5);
    CHECK(holds(message_of([&] { trainer.step(batch.images, batch.labels); }), "made for at most 4"));
    CHECK(holds(message_of([&] { trainer.step(batch.images, std::span(batch.labels).first(4)); }),
                "each pair needs two images of 768 numbers"));
    std::vector<float> features(7);
    CHECK(holds(message_of([&] { trainer.embed(batch.images, features); }), "room for 7 of features"));
}
