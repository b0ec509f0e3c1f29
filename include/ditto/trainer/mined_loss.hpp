// A step's loss with mined pairs, for all devices.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ditto/losses/loss.hpp"
#include "ditto/losses/mining/mining.hpp"
#include "ditto/trainer/training_plan.hpp"

namespace ditto::detail {

/// Where mining reads and writes: `loss` has the given pairs' features and the gradients' place, `section` is the
/// plan's part for the loss.
template <class Plan, class T, class A>
MiningCall<A> mining_call(const Plan& plan, std::byte* section, const LossCall<T, A>& loss) {
    const auto at = [&]<class To>(MemoryRange range, To*) { return reinterpret_cast<To*>(section + range.offset); };
    A* const features = nullptr;
    std::uint32_t* const numbers = nullptr;
    return {loss.pairs,
            loss.left,
            at(plan.people, numbers),
            at(plan.labels, static_cast<PairLabel*>(nullptr)),
            at(plan.distances, static_cast<double*>(nullptr)),
            at(plan.images, numbers),
            at(plan.left, features),
            at(plan.right, features),
            at(plan.left_gradient, features),
            at(plan.right_gradient, features),
            loss.left_gradient};
}

/// Mines, runs the loss on all pairs (`run`, which takes a LossCall), and brings the gradients back to the images.
template <class Features, class Device, class T, class A, class Run>
auto with_mined_pairs(const PairMining& mining, Features, const Device& device, const MiningCall<A>& call,
                      LossCall<T, A> loss, const Run& run) {
    using Mining = Kernel<PairMining, Features, Device>;
    Mining::mine(mining, device, call);
    loss.pairs = mining.pairs(call.given);
    loss.left = call.left;
    loss.right = call.right;
    loss.left_gradient = call.left_gradient;
    loss.right_gradient = call.right_gradient;
    if constexpr (Device::is_immediate) {
        const double value = run(loss);
        Mining::scatter_gradients(mining, device, call);
        return value;
    } else {
        run(loss);
        Mining::scatter_gradients(mining, device, call);
    }
}

}  // namespace ditto::detail
