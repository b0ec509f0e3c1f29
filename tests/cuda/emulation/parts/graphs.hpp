// Graphs: recorded work, done again at each launch.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "capture.hpp"

struct CUgraph_st {
    std::shared_ptr<const std::vector<emulation::detail::Node>> work;
};

struct CUgraphExec_st {
    std::shared_ptr<const std::vector<emulation::detail::Node>> work;
};

namespace emulation {

namespace detail {

inline cudaGraph_t make_graph(std::vector<Node> work) {
    ++device().handles;
    return new CUgraph_st{std::make_shared<const std::vector<Node>>(std::move(work))};
}

/// Whether all that must come before a node is done.
inline bool is_ready(const Node& node, const Clock& done) {
    return std::ranges::all_of(node.before, [&](const auto& entry) {
        const auto own = done.find(entry.first);
        return entry.second == 0 || (own != done.end() && own->second >= entry.second);
    });
}

/// Does the work of a graph: in the order in which it was recorded, or with what other streams than the first were
/// asked for as late as the events allow.
inline cudaError_t run(const std::vector<Node>& nodes, bool forked_last) {
    if (!forked_last) {
        for (const Node& node : nodes)
            if (const cudaError_t error = node.work()) return error;
        return cudaSuccess;
    }
    Clock done;
    std::vector<bool> ran(nodes.size());
    for (std::size_t left = nodes.size(); left > 0; --left) {
        std::size_t next = nodes.size();
        for (std::size_t i = 0; i < nodes.size() && (next == nodes.size() || nodes[next].stream != nodes[0].stream);
             ++i)
            if (!ran[i] && is_ready(nodes[i], done) && (next == nodes.size() || nodes[i].stream == nodes[0].stream))
                next = i;
        if (const cudaError_t error = nodes[next].work()) return error;
        ran[next] = true;
        ++done[nodes[next].stream];
    }
    return cudaSuccess;
}

}  // namespace detail

/// Whether graphs do the work of forked streams as late as their events allow, and not in the order in which it was
/// recorded: both are right.
inline void set_forked_last(bool last) {
    const detail::Lock lock;
    detail::device().forked_last = last;
}

}  // namespace emulation

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
    return submit(stream, [all = executable->work] { return run(*all, device().forked_last); });
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
