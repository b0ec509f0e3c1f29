#include "trainers.hpp"

#include <ditto/ditto.hpp>
#include <ditto/network/face_network.hpp>

namespace {

using namespace ditto;

using Device = Cpu<fp32>;

template <class Loss>
Loss make_loss(const Options& options) {
    Loss loss;
    if constexpr (requires { loss.margin; }) loss.margin = options.margin;
    return loss;
}

template <class Optimizer>
Optimizer make_optimizer(const Options& options) {
    Optimizer optimizer;
    optimizer.learning_rate = options.lr;
    optimizer.weight_decay = options.weight_decay;
    if constexpr (requires { optimizer.momentum; }) {
        optimizer.momentum = options.momentum;
        optimizer.nesterov = options.nesterov;
    }
    return optimizer;
}

// Calls use.template operator()<Trainer>() with the trainer's type.
template <class Loss, class Twin, class Use>
auto choose_optimizer(const Options& options, const Use& use) {
    using Verifier = Siamese<FaceNetwork, Loss, Twin>;
    if (options.optimizer == SGD::name) return use.template operator()<Trainer<Verifier, SGD, Device>>();
    if (options.optimizer == AdamW::name) return use.template operator()<Trainer<Verifier, AdamW, Device>>();
    return use.template operator()<Trainer<Verifier, Adam, Device>>();
}
template <class Loss, class Use>
auto choose_twin(const Options& options, const Use& use) {
    if (options.twin == "stacked") return choose_optimizer<Loss, twin::stacked>(options, use);
    return choose_optimizer<Loss, twin::separate>(options, use);
}
template <class Use>
auto choose_trainer(const Options& options, const Use& use) {
    if (options.loss == ConcatBceLoss::name) return choose_twin<ConcatBceLoss>(options, use);
    return choose_twin<ContrastiveLoss>(options, use);
}

}  // namespace

TrainerMemory trainer_memory(const Options& options) {
    return choose_trainer(options, [&]<class Chosen>() -> TrainerMemory {
        const auto plan = memory_plan<Chosen>(batch_pairs{options.batch}, threads{options.threads});
        return {plan.parameter_bytes + plan.buffer_bytes, plan.gradient_bytes, plan.optimizer_bytes,
                plan.activation_bytes + plan.loss_bytes, plan.total_bytes};
    });
}

std::unique_ptr<AnyTrainer> make_trainer(const Options& options) {
    return choose_trainer(options, [&]<class Chosen>() -> std::unique_ptr<AnyTrainer> {
        typename Chosen::Settings settings;
        settings.batch = batch_pairs{options.batch};
        settings.device = Device{options.threads};
        settings.optimizer = make_optimizer<typename Chosen::Optimizer>(options);
        settings.loss = make_loss<typename Chosen::Loss>(options);
        settings.seed = options.seed;
        return std::make_unique<Chosen>(settings);
    });
}
