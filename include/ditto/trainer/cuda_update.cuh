// The update of a step on CUDA. The parameters of a wide layer are updated in a branch of the step's graph, beside the
// convolutions' backward: that waits for arithmetic, an update for memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "ditto/core/units.hpp"
#include "ditto/optim/cuda.cuh"
#include "ditto/trainer/training_plan.hpp"

namespace ditto::detail {

/// Parameters of at least so many numbers are wide.
inline constexpr std::int64_t wide_parameter = std::int64_t{1} << 22;

/// Consecutive numbers of the section of parameters that one kernel updates.
struct UpdateRun {
    std::size_t offset = 0;  ///< in bytes
    std::size_t count = 0;   ///< numbers
    bool early = false;      ///< right after the backward function of `stage`; otherwise at the end
    bool rounded = false;    ///< what `stage` has prepared is written, too
    std::size_t stage = 0;
};

/// All numbers of a section, in runs: parameters that are early or rounded by themselves, the others together.
template <class Verifier, class Device>
struct UpdateRuns {
    using Network = typename Verifier::Network;
    using Stages = Execution<Network, Device>;
    std::array<UpdateRun, Verifier::parameter_tensors> runs{};
    std::size_t count = 0;

    constexpr UpdateRuns() {
        constexpr ModelLayout<Verifier, float> layout;
        std::size_t tensor = 0;
        const auto add = [&](std::size_t stage, bool rounded) {
            const auto size = static_cast<std::size_t>(Verifier::parameter(tensor).size());
            const std::size_t offset = layout.parameters[tensor].offset;
            const bool early = Verifier::parameter(tensor).size() >= wide_parameter;
            const std::size_t end = tensor + 1 < Verifier::parameter_tensors ? layout.parameters[tensor + 1].offset
                                                                             : layout.parameter_bytes;
            const bool special = early || rounded;
            if (special || count == 0 || runs[count - 1].early || runs[count - 1].rounded)
                runs[count++] = {offset, special ? round_up(size, std::size_t{4}) : 0, early, rounded, stage};
            if (!special) runs[count - 1].count = (end - runs[count - 1].offset) / sizeof(float);
            ++tensor;
        };
        for_each_index<Stages::layer_count>([&](auto stage) {
            for (std::size_t i = 0; i < Stages::traits[stage].parameters; ++i)
                add(stage, i == 0 && StageKernel<Network, Device, stage>::prepares_rounded);
        });
        while (tensor < Verifier::parameter_tensors) add(Stages::layer_count, false);  // the head's, at the end
    }
};

/// The update of one step, asked for while its passes are.
template <class Verifier, class Optimizer, class Device>
class CudaUpdate {
    using Network = typename Verifier::Network;
    using Plan = TrainingPlan<Verifier, Optimizer, Device>;

  public:
    CudaUpdate(const Device& device, const Plan& plan, std::byte* block, const RuleOf<Optimizer>* rule)
        : device_(device), plan_(plan), block_(block), rule_(rule) {}

    /// Updates what is early, in a branch: for the backward pass to call.
    StageHook hook() {
        return {[](void* self, std::size_t stage) { static_cast<CudaUpdate*>(self)->after_stage(stage); }, this};
    }
    /// After the backward pass: updates the rest, and waits for the branch.
    void finish() {
        for (std::size_t i = 0; i < all.count; ++i)
            if (!all.runs[i].early) update(all.runs[i]);
        if (branched_) device_.context->join();
    }

  private:
    static constexpr UpdateRuns<Verifier, Device> all{};

    void after_stage(std::size_t stage) {
        for (std::size_t i = 0; i < all.count; ++i)
            if (all.runs[i].early && all.runs[i].stage == stage) {
                device_.context->fork();
                device_.context->in_branch([&] { update(all.runs[i]); });
                branched_ = true;
            }
    }

    void update(const UpdateRun& run) const {
        const auto numbers = [&](std::size_t section) {
            return reinterpret_cast<float*>(block_ + section + run.offset);
        };
        std::array<float*, max_optimizer_state> state{};
        for (std::size_t i = 0; i < Optimizer::state_tensors; ++i)
            state[i] = numbers(Plan::optimizer_offset() + i * Plan::parameter_bytes);
        std::byte* prepared = block_ + plan_.prepared_offset();
        using Activation = typename Device::activation;
        update_parameters<Optimizer>(
            device_, rule_, run.count, numbers(0), numbers(plan_.gradient_offset()), state,
            run.rounded ? reinterpret_cast<Activation*>(prepared + plan_.prepared.stages[run.stage].offset) : nullptr);
    }

    const Device& device_;
    const Plan& plan_;
    std::byte* block_;
    const RuleOf<Optimizer>* rule_;
    bool branched_ = false;
};

}  // namespace ditto::detail
