// Compiled as CUDA where there is CUDA, else as C++, to say that there is none.
#include "../support/no_cuda.hpp"
#include "trainers.hpp"

#ifdef __CUDACC__

#include <ditto/layers/cuda.cuh>
#include <ditto/layers/layers.hpp>
#include <ditto/losses/cuda.cuh>
#include <ditto/losses/losses.hpp>
#include <ditto/train/cuda_trainer.cuh>

#include "trainers_on.hpp"

TrainerMemory cuda_trainer_memory(const Options& options) {
    if (options.precision == "bf16") return trainers::memory_on<ditto::Cuda<ditto::bf16>>(options);
    if (options.precision == "tf32") return trainers::memory_on<ditto::Cuda<ditto::tf32>>(options);
    return trainers::memory_on<ditto::Cuda<ditto::fp32>>(options);
}

std::unique_ptr<ditto::AnyTrainer> make_cuda_trainer(const Options& options) {
    if (options.precision == "bf16") return trainers::make_on<ditto::Cuda<ditto::bf16>>(options);
    if (options.precision == "tf32") return trainers::make_on<ditto::Cuda<ditto::tf32>>(options);
    return trainers::make_on<ditto::Cuda<ditto::fp32>>(options);
}

#else

TrainerMemory cuda_trainer_memory(const Options&) {
    throw support::no_cuda();
}

std::unique_ptr<ditto::AnyTrainer> make_cuda_trainer(const Options&) {
    throw support::no_cuda();
}

#endif
