// Adam and AdamW (torch.optim.Adam, torch.optim.AdamW).
#pragma once

#include <cmath>
#include <string_view>

#include "ditto/optim/optimizer.hpp"

namespace ditto {

/// Both optimizers, with PyTorch's defaults. Weight decay joins the gradient (Adam) or shrinks the parameter itself
/// (AdamW: `Decoupled`).
template <bool Decoupled>
struct AdamFamily {
    static constexpr std::string_view name = Decoupled ? "adamw" : "adam";
    static constexpr std::size_t state_tensors = 2;
    static constexpr std::array<std::string_view, 2> state_names = {"exp_avg", "exp_avg_sq"};

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

/// Updates a run of numbers.
template <bool Decoupled, class T>
[[gnu::always_inline]] inline void update(const AdamFamily<Decoupled>& adam, const UpdateCall<T>& call) {
    const double step = static_cast<double>(call.step);
    const double correction1 = 1.0 - std::pow(adam.beta1, step), correction2 = 1.0 - std::pow(adam.beta2, step);
    // Both sides of the fraction times sqrt(correction2): one factor less, and one rounding that all numbers share.
    const T rate = static_cast<T>(call.learning_rate * std::sqrt(correction2) / correction1);
    const T epsilon = static_cast<T>(adam.epsilon * std::sqrt(correction2));
    const T keep1 = static_cast<T>(adam.beta1), take1 = static_cast<T>(1.0 - adam.beta1);
    const T keep2 = static_cast<T>(adam.beta2), take2 = static_cast<T>(1.0 - adam.beta2);
    const T decay = static_cast<T>(Decoupled ? 0.0 : adam.weight_decay);
    const T shrink = static_cast<T>(Decoupled ? 1.0 - call.learning_rate * adam.weight_decay : 1.0);
    T* means = call.state[0];
    T* squares = call.state[1];
    // No `omp simd`: clang would warn that it keeps the square root's errno, where it may not be dropped.
    for (std::size_t i = 0; i < call.size; ++i) {
        const T gradient = call.gradients[i] + decay * call.parameters[i];
        const T mean = keep1 * means[i] + take1 * gradient;
        const T square = keep2 * squares[i] + take2 * gradient * gradient;
        means[i] = mean;
        squares[i] = square;
        call.parameters[i] = shrink * call.parameters[i] - rate * mean / (std::sqrt(square) + epsilon);
    }
}

}  // namespace ditto
