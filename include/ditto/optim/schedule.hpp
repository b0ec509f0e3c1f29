// Schedules: the learning rate's factor at each step of training.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numbers>
#include <utility>

namespace ditto {

/// The factor of the optimizer's learning rate at step 0, 1, ... A schedule is any function of this kind.
using Schedule = std::function<double(std::int64_t step)>;

/// 1 at every step.
inline Schedule constant_schedule() {
    return [](std::int64_t) { return 1.0; };
}

/// gamma^(step / every), rounded down (torch.optim.lr_scheduler.StepLR). `every` is at least 1.
inline Schedule step_schedule(std::int64_t every, double gamma) {
    return [=](std::int64_t step) { return std::pow(gamma, static_cast<double>(step / every)); };
}

/// Half a cosine from 1 at step 0 to `last` at step `steps` and after (Loshchilov and Hutter, "SGDR", ICLR 2017;
/// torch.optim.lr_scheduler.CosineAnnealingLR). `steps` is at least 1.
inline Schedule cosine_schedule(std::int64_t steps, double last = 0.0) {
    return [=](std::int64_t step) {
        const double done = static_cast<double>(std::min(step, steps)) / static_cast<double>(steps);
        return last + (1.0 - last) * 0.5 * (1.0 + std::cos(std::numbers::pi * done));
    };
}

/// `after` with its first `steps` steps scaled by a line that starts at `first` and reaches 1 at step `steps`
/// (torch.optim.lr_scheduler.LinearLR with start_factor = first). `steps` is at least 1.
inline Schedule linear_warm_up(std::int64_t steps, Schedule after, double first = 1.0 / 3.0) {
    return [=, after = std::move(after)](std::int64_t step) {
        const double done = static_cast<double>(std::min(step, steps)) / static_cast<double>(steps);
        return (first + (1.0 - first) * done) * after(step);
    };
}

}  // namespace ditto
