// What a training step on CUDA and the host tell each other.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ditto/core/pair_label.hpp"
#include "ditto/device/cuda/context.cuh"
#include "ditto/losses/mean_loss.cuh"
#include "ditto/optim/cuda.cuh"
#include "ditto/trainer/training_plan.hpp"

namespace ditto {

/// The loss's numbers, the values of the step, and the optimizer's rule.
template <class Optimizer, CudaDevice Device>
struct StepScratchBytes<Optimizer, Device> {
    static constexpr std::size_t value(std::size_t pairs) {
        return detail::loss_numbers(pairs) * sizeof(double) + sizeof(StepValues) + sizeof(detail::RuleOf<Optimizer>);
    }
};

}  // namespace ditto

namespace ditto::detail {

/// Where these lie in the scratch memory of steps of up to `pairs` pairs, mined ones included.
template <class Optimizer>
struct StepScratch {
    std::byte* memory;
    std::size_t pairs;

    double* loss() const { return reinterpret_cast<double*>(memory); }
    StepValues* values() const { return reinterpret_cast<StepValues*>(loss() + loss_numbers(pairs)); }
    RuleOf<Optimizer>* rule() const { return reinterpret_cast<RuleOf<Optimizer>*>(values() + 1); }
};

/// Pinned memory of the host: what a step is given besides images, and what it gives back.
class StepExchange {
  public:
    /// For steps of up to `pairs` given pairs.
    explicit StepExchange(std::size_t pairs)
        : pairs_(pairs),
          block_(sizeof(Head) + pairs * (sizeof(PairLabel) + 2 * sizeof(std::uint32_t) + sizeof(double))) {}

    StepValues& values() const { return head()->values; }
    double& loss() const { return head()->loss; }
    double* scores() const { return reinterpret_cast<double*>(head() + 1); }                       // [pairs]
    std::uint32_t* people() const { return reinterpret_cast<std::uint32_t*>(scores() + pairs_); }  // [2 * pairs]
    PairLabel* labels() const { return reinterpret_cast<PairLabel*>(people() + 2 * pairs_); }      // [pairs]

  private:
    struct Head {
        StepValues values;
        double loss;
    };
    Head* head() const { return reinterpret_cast<Head*>(block_.data()); }

    std::size_t pairs_;
    PinnedBlock block_;
};

/// average = keep * average + (1 - keep) * present, number by number.
struct MoveAverage {
    static constexpr bool changes_weights = false;
    float* average;
    const float* present;
    float keep;
    __device__ void operator()(std::size_t i) const { average[i] = keep * average[i] + (1.0F - keep) * present[i]; }
};
/// Exchanges them.
struct SwapAverage {
    static constexpr bool changes_weights = true;
    float* average;
    float* present;
    __device__ void operator()(std::size_t i) const {
        const float kept = average[i];
        average[i] = present[i];
        present[i] = kept;
    }
};

}  // namespace ditto::detail
