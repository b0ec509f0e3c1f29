// What an optimizer is: settings, a number of state tensors, and one function that updates a run of numbers.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "ditto/core/error.hpp"

namespace ditto {

/// The most state tensors per parameter that an optimizer may keep.
inline constexpr std::size_t max_optimizer_state = 2;

/// A type that describes an optimizer: its settings, among them the learning rate, and what it remembers of every
/// parameter. Rule<T> makes one step's update of a number.
template <class T>
concept OptimizerDescription = std::default_initializable<T> && requires(T optimizer) {
    { T::name } -> std::convertible_to<std::string_view>;
    { optimizer.learning_rate } -> std::convertible_to<double>;
    requires T::state_tensors <= max_optimizer_state;
    T::state_names.size();
    typename T::template Rule<float>;
};

namespace detail {

// Throws Error unless an optimizer's setting, `what`, is in [0, below).
inline void require_setting(const char* what, double value, double below = std::numeric_limits<double>::infinity()) {
    if (value >= 0.0 && value < below) return;
    throw Error("an optimizer got the " + std::string(what) + " " + std::to_string(value) +
                (below == 1.0 ? "; give it one that is not below 0, and below 1"
                              : "; give it a finite one that is not below 0"));
}

}  // namespace detail

/// Consecutive numbers of one parameter, with their gradients and state, at one step of training.
template <class T>
struct UpdateCall {
    std::size_t size;
    T* parameters;
    const T* gradients;
    std::array<T*, max_optimizer_state> state;
    std::int64_t step;     ///< 1 for the first update
    double learning_rate;  ///< the optimizer's, times the schedule's factor
};

namespace detail {

// Is the rule of a step made as it should be, and called with a number, its gradient and so many states?
template <class Optimizer, class Rule, class T>
concept AppliesRule = std::constructible_from<Rule, const Optimizer&, std::int64_t, double> &&
    (Optimizer::state_tensors == 0   ? std::invocable<const Rule&, T&, T>
     : Optimizer::state_tensors == 1 ? std::invocable<const Rule&, T&, T, T&>
                                     : std::invocable<const Rule&, T&, T, T&, T&>);

/// Does the optimizer say what an update is, as the device asks: by update(), or where that is not immediate by its
/// Rule?
template <class Optimizer, class Device>
concept Updates = (Device::is_immediate &&
                   requires(const Optimizer& optimizer, const UpdateCall<typename Device::scalar>& call) {
                       update(optimizer, call);
                   }) ||
                  (!Device::is_immediate && AppliesRule<Optimizer, typename Optimizer::template Rule<float>, float>);

}  // namespace detail

}  // namespace ditto
