// The trainers that the program can choose from: two losses, two twin policies, three optimizers, one network pass.
#pragma once

#include <cstddef>
#include <memory>

#include "ditto/train/any_trainer.hpp"
#include "options.hpp"

/// The bytes that a trainer takes, all in one block.
struct TrainerMemory {
    std::size_t parameters, gradients, optimizer, activations, total;
};

/// What make_trainer() would take.
TrainerMemory trainer_memory(const Options& options);

/// The trainer that the options describe. Throws Error when its memory cannot be had.
std::unique_ptr<ditto::AnyTrainer> make_trainer(const Options& options);
