// What a device is: a type that says in what it computes, and a value that says with how many threads, or on which GPU.
#pragma once

#include <concepts>
#include <cstddef>

namespace ditto {

/// Cpu<fp32>, Cpu<fp64>, Cpu<bf16>, Cuda<...>.
template <class T>
concept DeviceDescription = std::default_initializable<T> && requires(T device) {
    typename T::precision;
    typename T::scalar;      // of parameters and statistics
    typename T::activation;  // of the numbers between layers
    { T::trains } -> std::convertible_to<bool>;
    { T::is_immediate } -> std::convertible_to<bool>;
    { T::prepares_in_training } -> std::convertible_to<bool>;
    { device.threads } -> std::convertible_to<int>;
};

namespace detail {
/// Is every use of this device an error, which the type itself gives?
template <class T>
inline constexpr bool reports_itself = false;
}  // namespace detail

}  // namespace ditto
