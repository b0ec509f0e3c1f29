// Captured graphs: work that was recorded once and is launched again and again, without the host in between.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "ditto/device/cuda/context.cuh"

namespace ditto::detail {

class CudaGraph {
  public:
    /// Records what `work()` asks the context's stream for; nothing of it runs yet.
    template <class Work>
    CudaGraph(const CudaContext& context, const Work& work) {
        // Relaxed: while it is recorded, drivers before CUDA 12.3 and libraries load a kernel at its first use.
        check(cudaStreamBeginCapture(context.stream(), cudaStreamCaptureModeRelaxed), "recording a step");
        cudaGraph_t graph = nullptr;
        try {
            work();
        } catch (...) {
            cudaStreamEndCapture(context.stream(), &graph);
            if (graph != nullptr) cudaGraphDestroy(graph);
            throw;
        }
        check(cudaStreamEndCapture(context.stream(), &graph), "recording a step");
        const cudaError_t status = cudaGraphInstantiate(&executable_, graph, 0);
        cudaGraphDestroy(graph);
        check(status, "preparing a recorded step");
    }
    CudaGraph(CudaGraph&& other) noexcept : executable_(std::exchange(other.executable_, nullptr)) {}
    CudaGraph& operator=(CudaGraph&& other) noexcept {
        std::swap(executable_, other.executable_);
        return *this;
    }
    ~CudaGraph() {
        if (executable_ != nullptr) cudaGraphExecDestroy(executable_);
    }

    void launch(const CudaContext& context) const {
        check(cudaGraphLaunch(executable_, context.stream()), "a recorded step");
    }

  private:
    cudaGraphExec_t executable_ = nullptr;
};

/// One kind of work on batches, recorded for each number of images or pairs in them.
class CudaGraphs {
  public:
    /// The graph for `count`; the first time it records what `work()` asks for.
    template <class Work>
    const CudaGraph& of(std::size_t count, const CudaContext& context, const Work& work) {
        const auto known =
            std::find_if(graphs_.begin(), graphs_.end(), [&](const auto& each) { return each.first == count; });
        if (known != graphs_.end()) return known->second;
        return graphs_.emplace_back(count, CudaGraph(context, work)).second;
    }
    void clear() { graphs_.clear(); }

  private:
    std::vector<std::pair<std::size_t, CudaGraph>> graphs_;
};

}  // namespace ditto::detail
