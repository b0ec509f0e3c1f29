// Compiled as CUDA where there is CUDA, else as C++, to say that there is none.
#include "../support/no_cuda.hpp"
#include "trainers.hpp"

#ifdef __CUDACC__

#include <ditto/cuda.cuh>
#include <ditto/layers/layers.hpp>
#include <ditto/losses/losses.hpp>
#include <ditto/trainer/cuda_trainer.cuh>

#include "trainers_on.hpp"

namespace {

// use.template operator()<Device, Network>() with those that the options ask for.
template <class Use>
auto choose(const Options& options, const Use& use) {
    return support::with_face_network(options.network, [&]<class Network>() {
        if (options.precision == "bf16") return use.template operator()<ditto::Cuda<ditto::bf16>, Network>();
        if (options.precision == "tf32") return use.template operator()<ditto::Cuda<ditto::tf32>, Network>();
        return use.template operator()<ditto::Cuda<ditto::fp32>, Network>();
    });
}

}  // namespace

TrainerMemory cuda_trainer_memory(const Options& options) {
    return choose(options,
                  [&]<class Device, class Network>() { return trainers::memory_on<Device, Network>(options); });
}

std::unique_ptr<ditto::AnyTrainer> make_cuda_trainer(const Options& options) {
    return choose(options, [&]<class Device, class Network>() { return trainers::make_on<Device, Network>(options); });
}

#else

TrainerMemory cuda_trainer_memory(const Options&) {
    throw support::no_cuda();
}

std::unique_ptr<ditto::AnyTrainer> make_cuda_trainer(const Options&) {
    throw support::no_cuda();
}

#endif
