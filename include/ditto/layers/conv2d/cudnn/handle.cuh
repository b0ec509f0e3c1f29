// cuDNN on a stream, with the plans that were made.
#pragma once

#include <cudnn_graph.h>

#include <cstddef>
#include <map>

#include "ditto/device/cuda/context.cuh"
#include "ditto/layers/conv2d/cudnn/plan.cuh"

namespace ditto::detail {

/// A handle of cuDNN on a stream, and the plans that were made with it.
class Cudnn final : public ContextPart {
  public:
    explicit Cudnn(cudaStream_t stream) {
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

    /// Runs a pass: see CudnnPlan. Throws Error if there is no engine for it.
    void run(const CudnnProblem& problem, const void* x, const void* w, const void* y, void* workspace) {
        const CudnnPlan& chosen = plan(problem);
        if (!chosen.exists()) chosen.fail();
        const RelaxedCapture relaxed;
        chosen.run(handle_, x, w, y, workspace);
    }
    std::size_t plan_count() const { return plans_.size(); }

  private:
    const CudnnPlan& plan(const CudnnProblem& problem) {
        auto found = plans_.find(problem);
        if (found == plans_.end()) {
            const RelaxedCapture relaxed;
            found = plans_.emplace(problem, CudnnPlan(handle_, problem)).first;
        }
        return found->second;
    }

    cudnnHandle_t handle_ = nullptr;
    std::map<CudnnProblem, CudnnPlan> plans_;
};

/// Makes the context ready: not while a graph is recorded.
inline void start(CudnnConvolutions, CudaContext& context) {
    context.part<Cudnn>();
}

}  // namespace ditto::detail
