// cuDNN on a stream, with the plans that were made.
//
// Without a file of engines nothing is measured: the first engine of each plan is taken. With one, the first few are
// timed where the file does not know which is the fastest.
#pragma once

#include <cudnn_graph.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ditto/device/cuda/context.cuh"
#include "ditto/layers/conv2d/cudnn/engine_file.hpp"
#include "ditto/layers/conv2d/cudnn/plan.cuh"
#include "ditto/layers/conv2d/cudnn/timing.cuh"

namespace ditto::detail {

/// A handle of cuDNN on a stream, and the plans that were made with it.
class Cudnn final : public ContextPart, private CudnnGpu {
  public:
    explicit Cudnn(cudaStream_t stream) : stream_(stream) {
        check(cudnnCreate(&handle_), "starting cuDNN");
        if (const cudnnStatus_t status = cudnnSetStream(handle_, stream); status != CUDNN_STATUS_SUCCESS) {
            cudnnDestroy(handle_);
            check(status, "giving cuDNN a stream");
        }
    }
    Cudnn(const Cudnn&) = delete;
    Cudnn& operator=(const Cudnn&) = delete;
    ~Cudnn() override {
        plans_.clear();
        cudnnDestroy(handle_);
    }

    /// Engines of passes that come are those of the file; those that it lacks are measured and added. Throws Error if
    /// the file is damaged.
    void choose_engines_by(const char* file) {
        int gpu = 0;
        cudaDeviceProp properties{};
        check(cudaGetDevice(&gpu), "asking for the current GPU");
        check(cudaGetDeviceProperties(&properties, gpu), "asking for the GPU's name");
        file_.emplace(file);
        here_ = {properties.name, std::to_string(cudnnGetVersion()), ""};
    }

    /// Runs a pass. Throws Error if there is no engine for it.
    void run(const CudnnProblem& problem, const CudnnTensors& tensors) {
        CudnnPlan& plan = plan_of(problem);
        if (!plan.exists()) plan.fail();
        if (plan.engines().size() > 1) {
            if (is_recording())
                undecided_.insert_or_assign(problem, tensors);
            else
                decide(problem, tensors);
        }
        const RelaxedCapture relaxed;
        plan.engine().run(handle_, tensors);
    }
    /// Of the passes that were recorded: between two steps nothing needs what their tensors hold.
    bool measure() override {
        const auto passes = std::exchange(undecided_, {});
        for (const auto& [problem, tensors] : passes) decide(problem, tensors);
        return !passes.empty();
    }
    std::size_t plan_count() const { return plans_.size(); }

  private:
    static constexpr std::size_t timed_engines = 4;

    void name_in_graph(CudnnDescriptor& graph) const override { graph.set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, handle_); }
    void name_in_heuristics(CudnnDescriptor&) const override {}  // they ask the graph
    void name_in_plan(CudnnDescriptor& plan) const override { plan.set(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, handle_); }

    bool is_recording() const {
        cudaStreamCaptureStatus status{};
        check(cudaStreamIsCapturing(stream_, &status), "a convolution");
        return status != cudaStreamCaptureStatusNone;
    }

    CudnnPlan& plan_of(const CudnnProblem& problem) {
        const auto found = plans_.find(problem);
        if (found != plans_.end()) return found->second;
        const RelaxedCapture relaxed;
        CudnnPlan& made = plans_.emplace(problem, CudnnPlan(*this, problem, file_ ? timed_engines : 1)).first->second;
        if (file_)
            if (const EngineChoice* known = file_->find(choice_for(problem))) keep(made, *known);
        return made;
    }

    EngineChoice choice_for(const CudnnProblem& problem) const {
        EngineChoice choice = here_;
        choice.pass = problem.text();
        return choice;
    }
    /// Leaves the plan with the chosen engine. A choice from another list of engines is none.
    static void keep(CudnnPlan& plan, const EngineChoice& choice) {
        const auto place = static_cast<std::size_t>(choice.place);
        if (place < plan.engines().size() && plan.engines()[place].index == choice.engine) plan.keep(place);
    }
    /// Measures the plan's engines and keeps the fastest. Writes what a run with these tensors writes.
    void decide(const CudnnProblem& problem, const CudnnTensors& tensors) {
        CudnnPlan& plan = plans_.at(problem);
        std::vector<float> times;
        for (const CudnnEngine& engine : plan.engines())
            times.push_back(median_milliseconds(stream_, [&] { engine.run(handle_, tensors); }));
        EngineChoice fastest = choice_for(problem);
        fastest.place = std::min_element(times.begin(), times.end()) - times.begin();
        fastest.engine = plan.engines()[static_cast<std::size_t>(fastest.place)].index;
        keep(plan, file_->remember(fastest));
        keep(plan, fastest);
    }

    cudaStream_t stream_;
    cudnnHandle_t handle_ = nullptr;
    std::map<CudnnProblem, CudnnPlan> plans_;
    std::optional<EngineFile> file_;
    EngineChoice here_;                               // of no pass yet
    std::map<CudnnProblem, CudnnTensors> undecided_;  // were recorded before their engine was chosen
};

/// Makes the context ready: not while a graph is recorded. `engines` is Cuda's.
inline void start(CudnnConvolutions, CudaContext& context, const char* engines) {
    Cudnn& cudnn = context.part<Cudnn>();
    if (engines != nullptr) cudnn.choose_engines_by(engines);
}

}  // namespace ditto::detail
