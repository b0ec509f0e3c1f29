// What an optimizer is: settings, a number of state tensors, and one function that updates a run of numbers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace ditto {

/// The most state tensors per parameter that an optimizer may keep.
inline constexpr std::size_t max_optimizer_state = 2;

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
