// Adam and AdamW (torch.optim.Adam, torch.optim.AdamW).
#pragma once

#include <cmath>
#include <string_view>

#include "ditto/optim/optimizer.hpp"

namespace ditto {

template <bool Decoupled, class T>
struct AdamRule;

/// Both optimizers, with PyTorch's defaults. Weight decay joins the gradient (Adam) or shrinks the parameter itself
/// (AdamW: `Decoupled`).
template <bool Decoupled>
struct AdamFamily {
    static constexpr std::string_view name = Decoupled ? "adamw" : "adam";
    static constexpr std::size_t state_tensors = 2;
    static constexpr std::array<std::string_view, 2> state_names = {"exp_avg", "exp_avg_sq"};
    template <class T>
    using Rule = AdamRule<Decoupled, T>;

    double learning_rate = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double weight_decay = Decoupled ? 1e-2 : 0.0;
};

/// Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015.
using Adam = AdamFamily<false>;
/// Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019.
using AdamW = AdamFamily<true>;

/// Throws Error where a setting makes no sense: a number that is not finite or below 0, a beta from 1 on. A Trainer
/// asks.
template <bool Decoupled>
void require_settings(const AdamFamily<Decoupled>& adam) {
    detail::require_setting("learning rate", adam.learning_rate);
    detail::require_setting("beta1", adam.beta1, 1.0);
    detail::require_setting("beta2", adam.beta2, 1.0);
    detail::require_setting("epsilon", adam.epsilon);
    detail::require_setting("weight decay", adam.weight_decay);
}

/// One step's update of a number.
template <bool Decoupled, class T>
struct AdamRule {
    T rate, epsilon, keep1, take1, keep2, take2, decay, shrink;

    /// The rule of update number `count`, from 1.
    constexpr AdamRule(const AdamFamily<Decoupled>& adam, std::int64_t count, double learning_rate) {
        const double step = static_cast<double>(count);
        const double correction1 = 1.0 - std::pow(adam.beta1, step), correction2 = 1.0 - std::pow(adam.beta2, step);
        // Both sides of the fraction times sqrt(correction2): one factor less, and one rounding that all numbers share.
        rate = static_cast<T>(learning_rate * std::sqrt(correction2) / correction1);
        epsilon = static_cast<T>(adam.epsilon * std::sqrt(correction2));
        keep1 = static_cast<T>(adam.beta1), take1 = static_cast<T>(1.0 - adam.beta1);
        keep2 = static_cast<T>(adam.beta2), take2 = static_cast<T>(1.0 - adam.beta2);
        decay = static_cast<T>(Decoupled ? 0.0 : adam.weight_decay);
        shrink = static_cast<T>(Decoupled ? 1.0 - learning_rate * adam.weight_decay : 1.0);
    }

    /// `slope` is the gradient; `mean` and `square` are the state.
    constexpr void operator()(T& parameter, T slope, T& mean, T& square) const {
        const T gradient = slope + decay * parameter;
        mean = keep1 * mean + take1 * gradient;
        square = keep2 * square + take2 * gradient * gradient;
        parameter = shrink * parameter - rate * mean / (std::sqrt(square) + epsilon);
    }
};

/// Updates a run of numbers.
template <bool Decoupled, class T>
[[gnu::always_inline]] inline void update(const AdamFamily<Decoupled>& adam, const UpdateCall<T>& call) {
    const AdamRule<Decoupled, T> rule(adam, call.step, call.learning_rate);
    T* parameters = call.parameters;
    T* means = call.state[0];
    T* squares = call.state[1];
    // No `omp simd`: clang would warn that it keeps the square root's errno, where it may not be dropped.
    for (std::size_t i = 0; i < call.size; ++i) rule(parameters[i], call.gradients[i], means[i], squares[i]);
}

}  // namespace ditto
