// Schedules: the learning rate's factor at each step of training.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numbers>
#include <string>
#include <utility>

#include "ditto/core/error.hpp"

namespace ditto {

/// The factor of the optimizer's learning rate at step 0, 1, ... A schedule is any function of this kind.
using Schedule = std::function<double(std::int64_t step)>;

namespace detail {

// Throws Error unless a schedule's number of steps, `what`, is at least 1, and its factor, `name`, finite and not below
// 0.
inline void require_schedule(const char* what, std::int64_t steps, const char* name, double factor) {
    if (steps < 1)
        throw Error("a schedule got " + std::string(what) + " = " + std::to_string(steps) + "; give at least 1 step");
    if (!(factor >= 0.0 && std::isfinite(factor)))
        throw Error("a schedule got " + std::string(name) + " = " + std::to_string(factor) +
                    "; give a finite number that is not below 0");
}

}  // namespace detail

/// 1 at every step.
inline Schedule constant_schedule() {
    return [](std::int64_t) { return 1.0; };
}

/// gamma^(step / every), rounded down (torch.optim.lr_scheduler.StepLR). Throws Error unless `every` is at
/// least 1 and gamma finite and not below 0.
inline Schedule step_schedule(std::int64_t every, double gamma) {
    detail::require_schedule("every", every, "gamma", gamma);
    return [=](std::int64_t step) { return std::pow(gamma, static_cast<double>(step / every)); };
}

/// Half a cosine from 1 at step 0 to `last` at step `steps` and after (Loshchilov and Hutter, "SGDR", ICLR 2017;
/// torch.optim.lr_scheduler.CosineAnnealingLR). Throws Error unless `steps` is at least 1 and `last` finite and
/// not below 0.
inline Schedule cosine_schedule(std::int64_t steps, double last = 0.0) {
    detail::require_schedule("steps", steps, "last", last);
    return [=](std::int64_t step) {
        const double done = static_cast<double>(std::min(step, steps)) / static_cast<double>(steps);
        return last + (1.0 - last) * 0.5 * (1.0 + std::cos(std::numbers::pi * done));
    };
}

/// `after` with its first `steps` steps scaled by a line that starts at `first` and reaches 1 at step `steps`
/// (torch.optim.lr_scheduler.LinearLR with start_factor = first). Throws Error unless `steps` is at least 1 and `first`
/// finite and not below 0.
inline Schedule linear_warm_up(std::int64_t steps, Schedule after, double first = 1.0 / 3.0) {
    detail::require_schedule("steps", steps, "first", first);
    return [=, after = std::move(after)](std::int64_t step) {
        const double done = static_cast<double>(std::min(step, steps)) / static_cast<double>(steps);
        return (first + (1.0 - first) * done) * after(step);
    };
}

}  // namespace ditto
