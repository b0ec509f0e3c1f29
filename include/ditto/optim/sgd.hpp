// SGD: stochastic gradient descent (torch.optim.SGD).
#pragma once

#include <string_view>

#include "ditto/optim/optimizer.hpp"

namespace ditto {

/// With g the gradient plus weight_decay times the parameter, and v = momentum v + g: the parameter moves by
/// -learning_rate v, or with nesterov by -learning_rate (g + momentum v).
struct SGD {
    static constexpr std::string_view name = "sgd";
    static constexpr std::size_t state_tensors = 1;  ///< v
    static constexpr std::array<std::string_view, 1> state_names = {"momentum_buffer"};

    double learning_rate = 1e-3;
    double momentum = 0.0;
    double weight_decay = 0.0;
    bool nesterov = false;
};

/// Updates a run of numbers.
template <class T>
[[gnu::always_inline]] inline void update(const SGD& sgd, const UpdateCall<T>& call) {
    const T rate = static_cast<T>(call.learning_rate), momentum = static_cast<T>(sgd.momentum);
    const T decay = static_cast<T>(sgd.weight_decay);
    // The direction is gradient_share * g + velocity_share * v: (0, 1), or (1, momentum) with nesterov.
    const T gradient_share = sgd.nesterov ? T{1} : T{0}, velocity_share = sgd.nesterov ? momentum : T{1};
    T* velocities = call.state[0];
#pragma omp simd
    for (std::size_t i = 0; i < call.size; ++i) {
        const T gradient = call.gradients[i] + decay * call.parameters[i];
        const T velocity = momentum * velocities[i] + gradient;
        velocities[i] = velocity;
        call.parameters[i] -= rate * (gradient_share * gradient + velocity_share * velocity);
    }
}

}  // namespace ditto
