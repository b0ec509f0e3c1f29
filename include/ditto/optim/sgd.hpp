// SGD: stochastic gradient descent (torch.optim.SGD).
#pragma once

#include <string_view>

#include "ditto/optim/optimizer.hpp"

namespace ditto {

template <class T>
struct SgdRule;

/// With g the gradient plus weight_decay times the parameter, and v = momentum v + g: the parameter moves by
/// -learning_rate v, or with nesterov by -learning_rate (g + momentum v).
struct SGD {
    static constexpr std::string_view name = "sgd";
    static constexpr std::size_t state_tensors = 1;  ///< v
    static constexpr std::array<std::string_view, 1> state_names = {"momentum_buffer"};
    template <class T>
    using Rule = SgdRule<T>;

    double learning_rate = 1e-3;
    double momentum = 0.0;
    double weight_decay = 0.0;
    bool nesterov = false;
};

/// Throws Error where a setting makes no sense: a number that is not finite or below 0, a momentum from 1 on,
/// Nesterov's without momentum. A Trainer asks.
inline void require_settings(const SGD& sgd) {
    detail::require_setting("learning rate", sgd.learning_rate);
    detail::require_setting("momentum", sgd.momentum, 1.0);
    detail::require_setting("weight decay", sgd.weight_decay);
    if (sgd.nesterov && sgd.momentum == 0.0)
        throw Error("an optimizer got nesterov without momentum; give it a momentum above 0, or leave nesterov out");
}

/// One step's update of a number.
template <class T>
struct SgdRule {
    T rate, momentum, decay;
    T gradient_share, velocity_share;  ///< in the direction of g and v: (0, 1), or (1, momentum) with nesterov

    /// The rule of one update; every one has the same.
    constexpr SgdRule(const SGD& sgd, std::int64_t /*step*/, double learning_rate)
        : rate(static_cast<T>(learning_rate)),
          momentum(static_cast<T>(sgd.momentum)),
          decay(static_cast<T>(sgd.weight_decay)),
          gradient_share(sgd.nesterov ? T{1} : T{0}),
          velocity_share(sgd.nesterov ? momentum : T{1}) {}

    /// `slope` is the gradient, `velocity` the state.
    constexpr void operator()(T& parameter, T slope, T& velocity) const {
        const T gradient = slope + decay * parameter;
        velocity = momentum * velocity + gradient;
        parameter -= rate * (gradient_share * gradient + velocity_share * velocity);
    }
};

/// Updates a run of numbers.
template <class T>
[[gnu::always_inline]] inline void update(const SGD& sgd, const UpdateCall<T>& call) {
    const SgdRule<T> rule(sgd, call.step, call.learning_rate);
    T* parameters = call.parameters;
    T* velocities = call.state[0];
#pragma omp simd
    for (std::size_t i = 0; i < call.size; ++i) rule(parameters[i], call.gradients[i], velocities[i]);
}

}  // namespace ditto
