// Streams, and the beginning and end of their capture.
#pragma once

#include "capture.hpp"
#include "graphs.hpp"

inline cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
    using namespace emulation::detail;
    const Lock lock;
    if (const cudaError_t error = no_device()) return result(error);
    if (stream == nullptr || flags > cudaStreamNonBlocking) return result(cudaErrorInvalidValue);
    *stream = new CUstream_st{.flags = flags};
    (*stream)->device = current_device;
    device().streams.insert(*stream);
    ++device().handles;
    return cudaSuccess;
}

inline cudaError_t cudaStreamCreate(cudaStream_t* stream) {
    return cudaStreamCreateWithFlags(stream, cudaStreamDefault);
}

inline cudaError_t cudaStreamDestroy(cudaStream_t stream) {
    using namespace emulation::detail;
    const Lock lock;
    if (device().streams.erase(stream) == 0) return result(cudaErrorInvalidResourceHandle);
    finish(stream->queue);
    if (const auto capture = stream->capture) {
        capture->invalid = true;
        if (capture->origin == stream)
            end(capture);
        else
            std::erase(capture->streams, stream);
    }
    delete stream;
    --device().handles;
    return cudaSuccess;
}

namespace emulation::detail {

/// What a stream that captures says to a call that would wait for it or ask for its progress.
inline cudaError_t wait_for(cudaStream_t handle) {
    if (const cudaError_t error = no_device()) return error;
    CUstream_st* stream = find_stream(handle);
    if (stream == nullptr) return cudaErrorInvalidResourceHandle;
    if (stream->capture == nullptr) {
        const cudaError_t error = refuse_implicit_wait(*stream);
        return error == cudaSuccess ? finish(stream->queue) : error;
    }
    stream->capture->invalid = true;
    return cudaErrorStreamCaptureUnsupported;
}

}  // namespace emulation::detail

inline cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
    using namespace emulation::detail;
    const Lock lock;
    return result(wait_for(stream));
}

inline cudaError_t cudaStreamQuery(cudaStream_t stream) {
    return cudaStreamSynchronize(stream);
}

/// Calls a function of the host in the stream's order. The function must not call CUDA.
inline cudaError_t cudaLaunchHostFunc(cudaStream_t stream, cudaHostFn_t function, void* data) {
    using namespace emulation::detail;
    if (function == nullptr) return result(cudaErrorInvalidValue);
    return submit(stream, [=] {
        function(data);
        return cudaSuccess;
    });
}

/// Changes how the calling thread heeds captures, and gives how it did.
inline cudaError_t cudaThreadExchangeStreamCaptureMode(cudaStreamCaptureMode* mode) {
    using namespace emulation::detail;
    if (mode == nullptr || *mode < cudaStreamCaptureModeGlobal || *mode > cudaStreamCaptureModeRelaxed)
        return result(cudaErrorInvalidValue);
    std::swap(thread_mode, *mode);
    return cudaSuccess;
}

inline cudaError_t cudaStreamBeginCapture(cudaStream_t handle, cudaStreamCaptureMode mode) {
    using namespace emulation::detail;
    const Lock lock;
    if (const cudaError_t error = no_device()) return result(error);
    CUstream_st* stream = find_stream(handle);
    if (stream == nullptr) return result(cudaErrorInvalidResourceHandle);
    if (handle == nullptr) return result(cudaErrorStreamCaptureUnsupported);
    if (stream->capture != nullptr) return result(cudaErrorIllegalState);
    device().captures.push_back(std::make_shared<Capture>(Capture{stream, mode, std::this_thread::get_id(), {}, {}}));
    join(*stream, device().captures.back());
    return cudaSuccess;
}

inline cudaError_t cudaStreamEndCapture(cudaStream_t handle, cudaGraph_t* graph) {
    using namespace emulation::detail;
    const Lock lock;
    CUstream_st* stream = find_stream(handle);
    if (stream == nullptr) return result(cudaErrorInvalidResourceHandle);
    if (graph == nullptr) return result(cudaErrorInvalidValue);
    *graph = nullptr;
    const std::shared_ptr<Capture> capture = stream->capture;
    if (capture == nullptr) return result(cudaErrorIllegalState);
    if (capture->origin != stream) {
        capture->invalid = true;
        return result(cudaErrorStreamCaptureUnmatched);
    }
    if (capture->mode != cudaStreamCaptureModeRelaxed && capture->thread != std::this_thread::get_id())
        return result(cudaErrorStreamCaptureWrongThread);
    end(capture);
    if (capture->invalid) return result(cudaErrorStreamCaptureInvalidated);
    for (const CUstream_st* forked : capture->streams) {
        const auto own = forked->clock.find(forked);
        if (own != forked->clock.end() && stream->clock[forked] < own->second)
            return result(cudaErrorStreamCaptureUnjoined);
    }
    *graph = make_graph(std::move(capture->work));
    return cudaSuccess;
}

inline cudaError_t cudaStreamIsCapturing(cudaStream_t handle, cudaStreamCaptureStatus* status) {
    using namespace emulation::detail;
    const Lock lock;
    const CUstream_st* stream = find_stream(handle);
    if (stream == nullptr) return result(cudaErrorInvalidResourceHandle);
    *status = cudaStreamCaptureStatusNone;
    if (stream->capture != nullptr)
        *status = stream->capture->invalid ? cudaStreamCaptureStatusInvalidated : cudaStreamCaptureStatusActive;
    return result(refuse_implicit_wait(*stream));
}
