// Adam and AdamW (torch.optim.Adam, torch.optim.AdamW).
#pragma once

#include <cmath>
#include <string_view>

#include "ditto/optim/optimizer.hpp"

namespace ditto {

/// Settings of both, with PyTorch's defaults.
struct AdamSettings {
    static constexpr std::size_t state_tensors = 2;
    static constexpr std::array<std::string_view, 2> state_names = {"exp_avg", "exp_avg_sq"};

    double learning_rate = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double weight_decay = 0.0;
};

/// Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015. Weight decay is added to the gradient.
struct Adam : AdamSettings {
    static constexpr std::string_view name = "adam";
};

/// Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019: the decay shrinks the parameter itself.
struct AdamW : AdamSettings {
    static constexpr std::string_view name = "adamw";

    constexpr AdamW() { weight_decay = 1e-2; }
};

namespace detail {

// `coupled` decay joins the gradient, `decoupled` multiplies the parameter.
template <class T>
void adam_update(const AdamSettings& adam, double coupled, double decoupled, const UpdateCall<T>& call) {
    const double step = static_cast<double>(call.step);
    const double correction1 = 1.0 - std::pow(adam.beta1, step), correction2 = 1.0 - std::pow(adam.beta2, step);
    const T rate = static_cast<T>(call.learning_rate / correction1);
    const T root_scale = static_cast<T>(1.0 / std::sqrt(correction2)), epsilon = static_cast<T>(adam.epsilon);
    const T keep1 = static_cast<T>(adam.beta1), take1 = static_cast<T>(1.0 - adam.beta1);
    const T keep2 = static_cast<T>(adam.beta2), take2 = static_cast<T>(1.0 - adam.beta2);
    const T decay = static_cast<T>(coupled), shrink = static_cast<T>(1.0 - call.learning_rate * decoupled);
    T* means = call.state[0];
    T* squares = call.state[1];
#pragma omp simd
    for (std::size_t i = 0; i < call.size; ++i) {
        const T gradient = call.gradients[i] + decay * call.parameters[i];
        const T mean = keep1 * means[i] + take1 * gradient;
        const T square = keep2 * squares[i] + take2 * gradient * gradient;
        means[i] = mean;
        squares[i] = square;
        call.parameters[i] = shrink * call.parameters[i] - rate * mean / (std::sqrt(square) * root_scale + epsilon);
    }
}

}  // namespace detail

/// Updates a run of numbers.
template <class T>
void update(const Adam& adam, const UpdateCall<T>& call) {
    detail::adam_update(adam, adam.weight_decay, 0.0, call);
}

/// Updates a run of numbers.
template <class T>
void update(const AdamW& adam, const UpdateCall<T>& call) {
    detail::adam_update(adam, 0.0, adam.weight_decay, call);
}

}  // namespace ditto
