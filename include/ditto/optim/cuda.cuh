// The optimizer's pass over all parameters on CUDA: every number is read and written once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "ditto/device/cuda/launch.cuh"
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
struct alignas(16) Quad {
    float numbers[4];
};

template <std::size_t States, class Rule>
struct UpdateNumbers {
    const Rule* rule;
    Quad* parameters;
    const Quad* gradients;
    Quad* states[2];
    __device__ void operator()(std::size_t i) const {
        const Rule now = *rule;
        Quad parameter = parameters[i];
        const Quad gradient = gradients[i];
        if constexpr (States == 0) {
            for (int n = 0; n < 4; ++n) now(parameter.numbers[n], gradient.numbers[n]);
        } else if constexpr (States == 1) {
            Quad first = states[0][i];
            for (int n = 0; n < 4; ++n) now(parameter.numbers[n], gradient.numbers[n], first.numbers[n]);
            states[0][i] = first;
        } else {
            Quad first = states[0][i], second = states[1][i];
            for (int n = 0; n < 4; ++n)
                now(parameter.numbers[n], gradient.numbers[n], first.numbers[n], second.numbers[n]);
            states[0][i] = first;
            states[1][i] = second;
        }
        parameters[i] = parameter;
    }
};

}  // namespace detail

/// Updates all `bytes` bytes of a section of parameters; gradients and state have the same layout. `values` and `rule`
/// lie in the GPU's memory.
template <class Optimizer, CudaDevice Device>
void update_parameters(const Device& device, const Optimizer& optimizer, const StepValues* values,
                       detail::RuleOf<Optimizer>* rule, std::size_t bytes, std::byte* parameters,
                       const std::byte* gradients, const std::array<std::byte*, max_optimizer_state>& state) {
    using Rule = detail::RuleOf<Optimizer>;
    detail::launch(device, &detail::make_rule_kernel<Optimizer>, dim3(1), dim3(1), optimizer, values, rule);
    detail::for_each(device, bytes / sizeof(detail::Quad),
                     detail::UpdateNumbers<Optimizer::state_tensors, Rule>{
                         rule,
                         reinterpret_cast<detail::Quad*>(parameters),
                         reinterpret_cast<const detail::Quad*>(gradients),
                         {reinterpret_cast<detail::Quad*>(state[0]), reinterpret_cast<detail::Quad*>(state[1])}});
}

}  // namespace ditto
