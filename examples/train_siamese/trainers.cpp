#include "trainers.hpp"

#include <ditto/ditto.hpp>

#include "trainers_on.hpp"

TrainerMemory trainer_memory(const Options& options) {
    return options.device == "cuda" ? cuda_trainer_memory(options)
                                    : trainers::memory_on<ditto::Cpu<ditto::fp32>>(options);
}

std::unique_ptr<ditto::AnyTrainer> make_trainer(const Options& options) {
    return options.device == "cuda" ? make_cuda_trainer(options) : trainers::make_on<ditto::Cpu<ditto::fp32>>(options);
}
