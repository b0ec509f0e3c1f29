// How long work on a GPU takes.
#pragma once

#include <algorithm>
#include <array>

#include "ditto/device/cuda/graph.cuh"
#include "ditto/device/cuda/streams.cuh"

namespace ditto::detail {

/// The milliseconds that what `work()` asks a stream for takes there: the median of a few times, after one that does
/// not count. It is recorded first, so that the host's part counts as little as in a step. Not while the stream is
/// recorded.
template <class Work>
float median_milliseconds(cudaStream_t stream, const Work& work) {
    const CudaEvent begin(cudaEventDefault), end(cudaEventDefault);
    const CudaGraph graph(stream, work);
    graph.launch(stream);
    std::array<float, 5> times{};
    for (float& time : times) {
        begin.record(stream);
        graph.launch(stream);
        end.record(stream);
        end.wait();
        time = end.milliseconds_since(begin);
    }
    std::nth_element(times.begin(), times.begin() + times.size() / 2, times.end());
    return times[times.size() / 2];
}

}  // namespace ditto::detail
