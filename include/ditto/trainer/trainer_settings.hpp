// What a trainer is made with, on every device.
#pragma once

#include <cstdint>

#include "ditto/core/units.hpp"
#include "ditto/losses/mining/mining.hpp"
#include "ditto/model/require_inputs.hpp"

namespace ditto {

/// Settings of Trainer<Siamese<..., Loss>, Optimizer, Device>.
template <class Loss, class Optimizer, class Device>
struct TrainerSettings {
    batch_pairs batch{16};   ///< the most pairs in a step
    Device device{};         ///< with its number of threads, or which GPU
    Optimizer optimizer{};   ///< with its learning rate
    Loss loss{};             ///< with its margin, if it has one
    std::uint64_t seed = 0;  ///< of the initial weights and of dropout
    PairMining mining{};     ///< pairs that each step adds to those it is given
    /// A running average of the weights: see AnyTrainer::update_average.
    bool average_weights = false;
    /// Every gradient has a place in memory, for compute_gradients. Without it a step may update large parameters while
    /// their gradients are in the cache, and saves that memory. (On CUDA every gradient has one.)
    bool keep_gradients = false;
    double input_limit = default_input_limit;  ///< numbers of images beyond it are refused
};

}  // namespace ditto
