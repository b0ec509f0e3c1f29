// The optimizer's pass over all parameters on CUDA: every number is read and written once.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "ditto/device/cuda/launch.cuh"
#include "ditto/device/cuda/vector.cuh"
#include "ditto/optim/optimizer.hpp"

namespace ditto {

/// What a step of training tells the GPU. A captured graph copies it from the host's memory.
struct StepValues {
    std::uint64_t step;                   ///< updates done before
    double learning_rate;                 ///< the optimizer's, times the schedule's factor
    std::array<double, 2> label_weights;  ///< see LossCall
};

namespace detail {

template <class Optimizer>
using RuleOf = typename Optimizer::template Rule<float>;

template <class Optimizer>
__global__ void make_rule_kernel(Optimizer optimizer, const StepValues* values, RuleOf<Optimizer>* rule) {
    *rule = RuleOf<Optimizer>(optimizer, static_cast<std::int64_t>(values->step) + 1, values->learning_rate);
}

/// Four neighbouring numbers: one access of 16 bytes.
using Quad = Vector<float, 4>;

template <class Optimizer, class A>
struct UpdateNumbers {
    static constexpr std::size_t states_count = Optimizer::state_tensors;
    const RuleOf<Optimizer>* rule;
    float* parameters;
    const float* gradients;
    float* states[max_optimizer_state];
    A* rounded;  // null: nobody wants them
    __device__ void operator()(std::size_t quad) const {
        const RuleOf<Optimizer> now = *rule;
        const std::size_t at = 4 * quad;
        Quad parameter = Quad::load(parameters + at);
        const Quad gradient = Quad::load(gradients + at);
        Quad state[max_optimizer_state];
        DITTO_UNROLL
        for (std::size_t s = 0; s < states_count; ++s) state[s] = Quad::load(states[s] + at);
        DITTO_UNROLL
        for (int i = 0; i < 4; ++i) {
            if constexpr (states_count == 0) now(parameter.at[i], gradient.at[i]);
            if constexpr (states_count == 1) now(parameter.at[i], gradient.at[i], state[0].at[i]);
            if constexpr (states_count == 2) now(parameter.at[i], gradient.at[i], state[0].at[i], state[1].at[i]);
        }
        DITTO_UNROLL
        for (std::size_t s = 0; s < states_count; ++s) state[s].store(states[s] + at);
        parameter.store(parameters + at);
        if (rounded != nullptr) store_floats(std::bit_cast<Floats<4>>(parameter), rounded + at);
    }
};

}  // namespace detail

/// Makes the rule of a step, in the GPU's memory, of `values`, which lie there, too.
template <class Optimizer, CudaDevice Device>
void make_rule(const Device& device, const Optimizer& optimizer, const StepValues* values,
               detail::RuleOf<Optimizer>* rule) {
    detail::launch(device, &detail::make_rule_kernel<Optimizer>, dim3(1), dim3(1), optimizer, values, rule);
}

/// Updates `count` numbers, a multiple of 4, that lie at the same places of `parameters`, `gradients` and `state`.
/// Unless `rounded` is null they are written there as well, as activations.
template <class Optimizer, CudaDevice Device>
void update_parameters(const Device& device, const detail::RuleOf<Optimizer>* rule, std::size_t count,
                       float* parameters, const float* gradients, const std::array<float*, max_optimizer_state>& state,
                       typename Device::activation* rounded) {
    detail::for_each(device, count / 4,
                     detail::UpdateNumbers<Optimizer, typename Device::activation>{
                         rule, parameters, gradients, {state[0], state[1]}, rounded});
}

}  // namespace ditto
