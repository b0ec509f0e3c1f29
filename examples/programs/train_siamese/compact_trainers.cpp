// The compact network's trainers on the CPU: a file of their own, so that both networks compile side by side.
#include <ditto/ditto.hpp>

#include "trainers.hpp"
#include "trainers_on.hpp"

TrainerMemory compact_trainer_memory(const Options& options) {
    return trainers::memory_on<ditto::Cpu<ditto::fp32>, ditto::CompactFaceNetwork>(options);
}

std::unique_ptr<ditto::AnyTrainer> make_compact_trainer(const Options& options) {
    return trainers::make_on<ditto::Cpu<ditto::fp32>, ditto::CompactFaceNetwork>(options);
}
