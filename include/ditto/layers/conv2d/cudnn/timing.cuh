// How long work on a GPU takes.
#pragma once

#include <algorithm>
#include <array>

#include "ditto/device/cuda/graph.cuh"

namespace ditto::detail {

/// The milliseconds that what `work()` asks a stream for takes there: the median of a few times, after one that does
/// not count. It is recorded first, so that the host's part counts as little as in a step. Not while the stream is
/// recorded.
template <class Work>
float median_milliseconds(cudaStream_t stream, const Work& work) {
    struct Events {
        cudaEvent_t begin = nullptr, end = nullptr;
        ~Events() {
            if (begin != nullptr) cudaEventDestroy(begin);
            if (end != nullptr) cudaEventDestroy(end);
        }
    } events;
    check(cudaEventCreate(&events.begin), "timing");
    check(cudaEventCreate(&events.end), "timing");
    const CudaGraph graph(stream, work);
    graph.launch(stream);
    std::array<float, 5> times{};
    for (float& time : times) {
        check(cudaEventRecord(events.begin, stream), "timing");
        graph.launch(stream);
        check(cudaEventRecord(events.end, stream), "timing");
        check(cudaEventSynchronize(events.end), "timing");
        check(cudaEventElapsedTime(&time, events.begin, events.end), "timing");
    }
    std::nth_element(times.begin(), times.begin() + times.size() / 2, times.end());
    return times[times.size() / 2];
}

}  // namespace ditto::detail
