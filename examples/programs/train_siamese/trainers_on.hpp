// The trainers of the options' loss, twin policy and optimizer on one kind of device.
#pragma once

#include <concepts>
#include <ditto/losses/losses.hpp>
#include <ditto/network/siamese.hpp>
#include <ditto/optim/adam.hpp>
#include <ditto/optim/sgd.hpp>
#include <ditto/trainer/plan_chart.hpp>
#include <memory>

#include "../support/face_networks.hpp"
#include "trainers.hpp"

namespace trainers {

template <class Loss>
Loss make_loss(const Options& options) {
    Loss loss;
    if constexpr (requires { loss.margin; }) loss.margin = options.margin;
    return loss;
}

inline ditto::PairMining mining_of(const Options& options) {
    return {options.negatives, options.semi_hard};
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
template <class Device, class Verifier, class Use>
auto choose_optimizer(const Options& options, const Use& use) {
    if (options.optimizer == ditto::SGD::name)
        return use.template operator()<ditto::Trainer<Verifier, ditto::SGD, Device>>();
    if (options.optimizer == ditto::AdamW::name)
        return use.template operator()<ditto::Trainer<Verifier, ditto::AdamW, Device>>();
    return use.template operator()<ditto::Trainer<Verifier, ditto::Adam, Device>>();
}
template <class Device, class Network, class Use>
auto choose_trainer(const Options& options, const Use& use) {
    return ditto::with_loss(options.loss, "--loss", [&]<class Loss>(const Loss&) {
        using ditto::Siamese;
        // Each combination is compiled: of the compact network, only the one with shared statistics.
        if constexpr (std::same_as<Network, ditto::FaceNetwork>)
            if (options.twin == "separate")
                return choose_optimizer<Device, Siamese<Network, Loss, ditto::twin::separate>>(options, use);
        return choose_optimizer<Device, Siamese<Network, Loss, ditto::twin::stacked>>(options, use);
    });
}

template <class Device, class Network>
TrainerMemory memory_on(const Options& options) {
    return choose_trainer<Device, Network>(options, [&]<class Chosen>() -> TrainerMemory {
        const ditto::batch_pairs batch{options.batch};
        const ditto::TrainingExtras extras{false, options.average > 0.0, mining_of(options)};
        const auto plan = ditto::memory_plan<Chosen>(batch, options.threads, extras);
        return {plan.parameter_bytes + plan.buffer_bytes + plan.average_bytes,
                plan.gradient_bytes,
                plan.optimizer_bytes,
                plan.prepared_bytes + plan.activation_bytes + plan.loss_bytes,
                plan.total_bytes,
                ditto::plan_chart<Chosen>(batch, options.threads, extras)};
    });
}

template <class Device, class Network>
std::unique_ptr<ditto::AnyTrainer> make_on(const Options& options) {
    return choose_trainer<Device, Network>(options, [&]<class Chosen>() -> std::unique_ptr<ditto::AnyTrainer> {
        typename Chosen::Settings settings;
        settings.batch = {options.batch};
        settings.device.threads = options.threads;
        if constexpr (ditto::CudaDevice<Device>)
            if (!options.engines.empty()) settings.device.engines = options.engines.c_str();
        settings.optimizer = make_optimizer<typename Chosen::Optimizer>(options);
        settings.loss = make_loss<typename Chosen::Loss>(options);
        settings.seed = options.seed;
        settings.mining = mining_of(options);
        settings.average_weights = options.average > 0.0;
        return std::make_unique<Chosen>(settings);
    });
}

}  // namespace trainers
