// What an optimizer is: settings, a number of state tensors, and one function that updates a run of numbers.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

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

}  // namespace ditto
