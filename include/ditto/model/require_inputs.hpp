// What a network is given must be numbers that it can have been made for: pixels of 0 to 255 in the place of 0 to 1
// give features that mean nothing, and no other sign of it.
#pragma once

#include <atomic>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>

#include "ditto/core/all_within.hpp"
#include "ditto/core/error.hpp"
#include "ditto/core/parallel.hpp"

namespace ditto {

/// The largest magnitude of a number in a network's input, where nobody sets another: far above pixels in [0, 1] and
/// what is standardised to variance 1, far below pixels of 0 to 255.
inline constexpr double default_input_limit = 16.0;

namespace detail {

/// Throws Error unless a limit of inputs is above 0; infinity is one.
inline double require_input_limit(double limit) {
    if (!(limit > 0.0))
        throw Error("the input limit " + std::to_string(limit) +
                    " is not above 0; give the largest magnitude that inputs have, or infinity");
    return limit;
}

/// Throws Error, naming the first of `images` [count, image_size] where it is so, if a number is not finite or beyond
/// the limit. `caller` got them. One pass over memory: below a thousandth of what the network takes.
template <class Device, class Number>
void require_inputs(std::span<const Number> images, std::size_t image_size, double limit, int threads,
                    const char* caller) {
    constexpr std::size_t chunk = 1 << 16;  // numbers
    std::atomic<bool> good = true;
    parallel_chunks(images.size(), chunk, threads, [&](std::size_t first, std::size_t last) {
        if (!all_within(images.subspan(first, last - first), limit)) good.store(false, std::memory_order_relaxed);
    });
    if (good) return;
    std::size_t at = 0;
    while (is_within(images[at], limit)) ++at;
    const std::string image = "image " + std::to_string(at / image_size) + " (counted from 0) of " + caller;
    if (!std::isfinite(images[at]))
        throw Error(image + " holds the number " + std::to_string(images[at]) +
                    ", which is not finite; look at what made it");
    throw Error(image + " holds the number " + std::to_string(images[at]) + ", beyond the input limit of " +
                std::to_string(limit) +
                "; networks take pixels in [0, 1]: divide bytes by 255, or set the input limit where inputs are meant "
                "to be so large");
}

}  // namespace detail

}  // namespace ditto
