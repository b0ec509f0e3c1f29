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
    /// Records what `work()` asks a stream for; nothing of it runs yet.
    template <class Work>
    CudaGraph(cudaStream_t stream, const Work& work) {
        // Relaxed: while it is recorded, drivers before CUDA 12.3 and libraries load a kernel at its first use.
        check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed), "recording a step");
        cudaGraph_t graph = nullptr;
        try {
            work();
        } catch (...) {
            cudaStreamEndCapture(stream, &graph);
            if (graph != nullptr) cudaGraphDestroy(graph);
            throw;
        }
        check(cudaStreamEndCapture(stream, &graph), "recording a step");
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

    void launch(cudaStream_t stream) const { check(cudaGraphLaunch(executable_, stream), "a recorded step"); }

  private:
    cudaGraphExec_t executable_ = nullptr;
};

/// One kind of work on batches, recorded for each number of images or pairs in them.
class CudaGraphs {
  public:
    /// The graph for `count`; the first time it records what `work()` asks for, and again if the context has measured
    /// something for it.
    template <class Work>
    const CudaGraph& of(std::size_t count, const CudaContext& context, const Work& work) {
        const auto known =
            std::find_if(graphs_.begin(), graphs_.end(), [&](const auto& each) { return each.first == count; });
        if (known != graphs_.end()) return known->second;
        CudaGraph graph(context.stream(), work);
        if (context.measure()) graph = CudaGraph(context.stream(), work);
        return graphs_.emplace_back(count, std::move(graph)).second;
    }
    void clear() { graphs_.clear(); }

  private:
    std::vector<std::pair<std::size_t, CudaGraph>> graphs_;
};

}  // namespace ditto::detail
