// Events: marks in a stream that time is measured between and other streams wait for.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "capture.hpp"

struct CUevent_st {
    unsigned flags = cudaEventDefault;
    std::optional<std::chrono::steady_clock::time_point> time = std::nullopt;  // when it was recorded
    std::shared_ptr<emulation::detail::Capture> capture = nullptr;             // the capture it was last recorded in
    emulation::detail::Clock clock = {};                      // the work before it, within that capture
    std::shared_ptr<emulation::detail::Mark> mark = nullptr;  // where it was last recorded, outside a capture
};

inline cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags) {
    using namespace emulation::detail;
    const Lock lock;
    if (const cudaError_t error = no_device()) return result(error);
    if (event == nullptr || flags > (cudaEventBlockingSync | cudaEventDisableTiming))
        return result(cudaErrorInvalidValue);
    *event = new CUevent_st{flags};
    ++device().handles;
    return cudaSuccess;
}

inline cudaError_t cudaEventCreate(cudaEvent_t* event) {
    return cudaEventCreateWithFlags(event, cudaEventDefault);
}

inline cudaError_t cudaEventDestroy(cudaEvent_t event) {
    using namespace emulation::detail;
    const Lock lock;
    if (event == nullptr) return result(cudaErrorInvalidResourceHandle);
    delete event;
    --device().handles;
    return cudaSuccess;
}

inline cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t handle = nullptr) {
    using namespace emulation::detail;
    const Lock lock;
    CUstream_st* stream = find_stream(handle);
    if (event == nullptr || stream == nullptr) return result(cudaErrorInvalidResourceHandle);
    if (const cudaError_t error = refuse_implicit_wait(*stream)) return result(error);
    if (stream->capture != nullptr && stream->capture->invalid) return result(cudaErrorStreamCaptureInvalidated);
    event->time = std::chrono::steady_clock::now() + device().pretended;
    event->capture = stream->capture;
    event->clock = stream->clock;
    event->mark = nullptr;
    if (stream->capture == nullptr && shuffle().on) {
        event->mark = std::make_shared<Mark>(Mark{.queue = &stream->queue});
        add(stream->queue, {.mark = event->mark});
    }
    return cudaSuccess;
}

/// A stream that waits for an event of a capture joins the capture, until this ends. Nothing outside a capture may wait
/// for what is only recorded in it, nor the other way round.
inline cudaError_t cudaStreamWaitEvent(cudaStream_t handle, cudaEvent_t event, unsigned /*flags*/ = 0) {
    using namespace emulation::detail;
    const Lock lock;
    CUstream_st* stream = find_stream(handle);
    if (event == nullptr || stream == nullptr) return result(cudaErrorInvalidResourceHandle);
    if (const cudaError_t error = refuse_implicit_wait(*stream)) return result(error);
    if (event->capture == nullptr) {
        if (stream->capture == nullptr) {
            if (event->mark != nullptr && !event->mark->reached) add(stream->queue, {.awaited = event->mark});
            return cudaSuccess;
        }
        stream->capture->invalid = true;
        return result(cudaErrorStreamCaptureIsolation);
    }
    if (event->capture->ended) return result(cudaErrorCapturedEvent);
    if (event->capture->invalid) return result(cudaErrorStreamCaptureInvalidated);
    if (stream->capture == nullptr) {
        if (handle == nullptr) return result(cudaErrorStreamCaptureImplicit);
        join(*stream, event->capture);
    } else if (stream->capture != event->capture) {
        stream->capture->invalid = true;
        event->capture->invalid = true;
        return result(cudaErrorStreamCaptureMerge);
    }
    merge(stream->clock, event->clock);
    return cudaSuccess;
}

inline cudaError_t cudaEventSynchronize(cudaEvent_t event) {
    using namespace emulation::detail;
    const Lock lock;
    if (event == nullptr) return result(cudaErrorInvalidResourceHandle);
    if (event->capture == nullptr) return result(event->mark != nullptr ? reach(*event->mark) : cudaSuccess);
    event->capture->invalid = true;
    return result(cudaErrorCapturedEvent);
}

inline cudaError_t cudaEventQuery(cudaEvent_t event) {
    return cudaEventSynchronize(event);
}

inline cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start, cudaEvent_t stop) {
    using namespace emulation::detail;
    const Lock lock;
    for (const CUevent_st* event : {start, stop})
        if (event == nullptr || !event->time || event->capture != nullptr || (event->flags & cudaEventDisableTiming))
            return result(cudaErrorInvalidResourceHandle);
    *milliseconds = std::chrono::duration<float, std::milli>(*stop->time - *start->time).count();
    return cudaSuccess;
}
