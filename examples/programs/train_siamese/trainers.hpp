// The trainers that the program can choose from: three losses, three optimizers, on the CPU in fp32 and on CUDA in
// three precisions; of the face network with two twin policies, of the compact one with shared statistics.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "ditto/trainer/any_trainer.hpp"
#include "options.hpp"

/// The bytes that a trainer takes, all in one block, and a picture of it: an SVG.
struct TrainerMemory {
    std::size_t parameters, gradients, optimizer, activations, total;
    std::string chart;
};

/// What make_trainer() would take. Throws Error for a device that the program was built without.
TrainerMemory trainer_memory(const Options& options);

/// The trainer that the options describe. Throws Error when its device or its memory cannot be had.
std::unique_ptr<ditto::AnyTrainer> make_trainer(const Options& options);

/// The same for options.network == "compact" on the CPU.
TrainerMemory compact_trainer_memory(const Options& options);
std::unique_ptr<ditto::AnyTrainer> make_compact_trainer(const Options& options);

/// The same for options.device == "cuda".
TrainerMemory cuda_trainer_memory(const Options& options);
std::unique_ptr<ditto::AnyTrainer> make_cuda_trainer(const Options& options);
