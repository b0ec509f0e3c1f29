// Graphs: recorded work, done again in the order it was recorded in at each launch.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "capture.hpp"

struct CUgraph_st {
    std::shared_ptr<const std::vector<emulation::detail::Work>> work;
};

struct CUgraphExec_st {
    std::shared_ptr<const std::vector<emulation::detail::Work>> work;
};

namespace emulation::detail {

inline cudaGraph_t make_graph(std::vector<Work> work) {
    ++device().handles;
    return new CUgraph_st{std::make_shared<const std::vector<Work>>(std::move(work))};
}

}  // namespace emulation::detail

/// Tells the number of nodes: `nodes` must be null.
inline cudaError_t cudaGraphGetNodes(cudaGraph_t graph, cudaGraphNode_t* nodes, std::size_t* count) {
    using namespace emulation::detail;
    if (graph == nullptr || count == nullptr) return result(cudaErrorInvalidValue);
    if (nodes != nullptr) return result(cudaErrorNotSupported);
    *count = graph->work->size();
    return cudaSuccess;
}

inline cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph, unsigned long long flags = 0) {
    using namespace emulation::detail;
    const Lock lock;
    if (executable == nullptr || graph == nullptr || flags != 0) return result(cudaErrorInvalidValue);
    *executable = new CUgraphExec_st{graph->work};
    ++device().handles;
    return cudaSuccess;
}

inline cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t stream) {
    using namespace emulation::detail;
    if (executable == nullptr) return result(cudaErrorInvalidValue);
    return submit(stream, [all = executable->work] {
        for (const Work& work : *all)
            if (const cudaError_t error = work()) return error;
        return cudaSuccess;
    });
}

inline cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
    using namespace emulation::detail;
    const Lock lock;
    if (graph == nullptr) return result(cudaErrorInvalidValue);
    delete graph;
    --device().handles;
    return cudaSuccess;
}

inline cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) {
    using namespace emulation::detail;
    const Lock lock;
    if (executable == nullptr) return result(cudaErrorInvalidValue);
    delete executable;
    --device().handles;
    return cudaSuccess;
}
