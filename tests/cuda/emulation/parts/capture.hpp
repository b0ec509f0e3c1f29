// Capture of a stream's work into a graph. Work is a closure: done at once, or kept while its stream captures.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <thread>
#include <vector>

#include "queues.hpp"
#include "state.hpp"

namespace emulation::detail {

/// How much of each stream's captured work comes before a point: a vector clock. What one stream does need not be
/// ordered against another, and at its end a capture must come after all the work it forked.
using Clock = std::map<const CUstream_st*, std::size_t>;

inline void merge(Clock& clock, const Clock& other) {
    for (const auto& [stream, count] : other) clock[stream] = std::max(clock[stream], count);
}

/// Recorded work, and how much of each stream's comes before it.
struct Node {
    Work work;
    const CUstream_st* stream;
    Clock before;
};

struct Capture {
    cudaStream_t origin;
    cudaStreamCaptureMode mode;
    std::thread::id thread;
    std::vector<Node> work;
    std::vector<cudaStream_t> streams;  // the origin, and those that joined by waiting for an event
    bool invalid = false;
    bool ended = false;
};

}  // namespace emulation::detail

struct CUstream_st {
    unsigned flags = cudaStreamDefault;
    std::shared_ptr<emulation::detail::Capture> capture = nullptr;
    emulation::detail::Clock clock = {};
    int device = 0;  // whose it is
    emulation::detail::Queue queue = {};
};

namespace emulation::detail {

/// The stream that a handle means; null for a handle that means none.
inline CUstream_st* find_stream(cudaStream_t handle) {
    static CUstream_st& default_stream = *new CUstream_st;
    if (handle == nullptr) return &default_stream;
    return device().streams.contains(handle) ? handle : nullptr;
}

inline void join(CUstream_st& stream, const std::shared_ptr<Capture>& capture) {
    stream.capture = capture;
    stream.clock.clear();
    capture->streams.push_back(&stream);
}

/// Takes all streams out of a capture.
inline void end(const std::shared_ptr<Capture>& capture) {
    capture->ended = true;
    for (CUstream_st* stream : capture->streams) stream->capture = nullptr;
    std::erase(device().captures, capture);
}

/// How a thread's calls heed captures: see cudaThreadExchangeStreamCaptureMode.
inline thread_local cudaStreamCaptureMode thread_mode = cudaStreamCaptureModeGlobal;

/// Calls that are not ordered by any stream (an allocation, a synchronous copy) must not be made while the calling
/// thread captures, unless in relaxed mode, nor while any thread captures in global mode. Such a call spoils the
/// capture.
inline cudaError_t refuse_while_capturing() {
    if (thread_mode == cudaStreamCaptureModeRelaxed) return cudaSuccess;
    cudaError_t error = cudaSuccess;
    for (const auto& capture : device().captures) {
        const bool own = capture->thread == std::this_thread::get_id();
        const bool forbids =
            own ? capture->mode != cudaStreamCaptureModeRelaxed
                : capture->mode == cudaStreamCaptureModeGlobal && thread_mode == cudaStreamCaptureModeGlobal;
        if (!forbids) continue;
        capture->invalid = true;
        error = cudaErrorStreamCaptureUnsupported;
    }
    return error;
}

/// The default stream waits for all streams but those made with cudaStreamNonBlocking; it cannot for one that captures.
inline cudaError_t refuse_implicit_wait(const CUstream_st& stream) {
    if ((&stream) != find_stream(nullptr)) return cudaSuccess;
    cudaError_t error = cudaSuccess;
    for (const auto& capture : device().captures) {
        const bool blocking = std::ranges::any_of(
            capture->streams, [](const CUstream_st* other) { return (other->flags & cudaStreamNonBlocking) == 0; });
        if (!blocking) continue;
        capture->invalid = true;
        error = cudaErrorStreamCaptureImplicit;
    }
    return error;
}

/// Does work now, or records it where the stream captures, or queues it where streams are shuffled.
inline cudaError_t submit(cudaStream_t handle, Work work) {
    const Lock lock;
    if (const cudaError_t error = no_device()) return result(error);
    CUstream_st* stream = find_stream(handle);
    if (stream == nullptr) return result(cudaErrorInvalidResourceHandle);
    if (stream->capture == nullptr) {
        if (const cudaError_t error = refuse_implicit_wait(*stream)) return result(error);
        if (handle == nullptr || !shuffle().on) return result(work());
        add(stream->queue, {std::move(work)});
        return cudaSuccess;
    }
    if (stream->capture->invalid) return result(cudaErrorStreamCaptureInvalidated);
    stream->capture->work.push_back({std::move(work), stream, stream->clock});
    ++stream->clock[stream];
    return cudaSuccess;
}

}  // namespace emulation::detail
