#include "trainers.hpp"

#include <ditto/ditto.hpp>

#include "trainers_on.hpp"

TrainerMemory trainer_memory(const Options& options) {
    if (options.device == "cuda") return cuda_trainer_memory(options);
    if (options.network == support::compact_face_network_name) return compact_trainer_memory(options);
    return trainers::memory_on<ditto::Cpu<ditto::fp32>, ditto::FaceNetwork>(options);
}

std::unique_ptr<ditto::AnyTrainer> make_trainer(const Options& options) {
    if (options.device == "cuda") return make_cuda_trainer(options);
    if (options.network == support::compact_face_network_name) return make_compact_trainer(options);
    return trainers::make_on<ditto::Cpu<ditto::fp32>, ditto::FaceNetwork>(options);
}
