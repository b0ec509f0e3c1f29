// Work beside work: a second stream, and events by which streams and the host wait for one another.
#pragma once

#include <utility>

#include "ditto/device/cuda/status.cuh"

namespace ditto::detail {

/// A stream of the current GPU beside a context's. It waits for no other stream unless an event tells it to.
class CudaStream {
  public:
    CudaStream() { check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "making a stream"); }
    CudaStream(CudaStream&& other) noexcept : stream_(std::exchange(other.stream_, nullptr)) {}
    CudaStream& operator=(CudaStream&& other) noexcept {
        std::swap(stream_, other.stream_);
        return *this;
    }
    ~CudaStream() {
        if (stream_ != nullptr) cudaStreamDestroy(stream_);
    }

    cudaStream_t get() const { return stream_; }

  private:
    cudaStream_t stream_ = nullptr;
};

/// A mark after what a stream has been asked for. Before it is first recorded nobody waits for it. Within a capture, a
/// stream that waits for a mark of the captured one joins the capture; the captured one must wait for it before the
/// end.
class CudaEvent {
  public:
    CudaEvent() : CudaEvent(cudaEventDisableTiming) {}
    /// Time is measured between marks whose `flags` do not leave that out.
    explicit CudaEvent(unsigned flags) { check(cudaEventCreateWithFlags(&event_, flags), "making an event"); }
    CudaEvent(CudaEvent&& other) noexcept : event_(std::exchange(other.event_, nullptr)) {}
    CudaEvent& operator=(CudaEvent&& other) noexcept {
        std::swap(event_, other.event_);
        return *this;
    }
    ~CudaEvent() {
        if (event_ != nullptr) cudaEventDestroy(event_);
    }

    /// Sets the mark after the stream's work so far, in the place of the mark before.
    void record(cudaStream_t stream) const { check(cudaEventRecord(event_, stream), "marking work"); }
    /// What the stream is asked for from now on begins after the mark.
    void hold(cudaStream_t stream) const { check(cudaStreamWaitEvent(stream, event_, 0), "ordering work"); }
    /// Waits until the work before the mark is done.
    void wait() const { check(cudaEventSynchronize(event_), "the work on the GPU"); }
    /// From another mark to this one, both reached.
    float milliseconds_since(const CudaEvent& before) const {
        float milliseconds = 0.0F;
        check(cudaEventElapsedTime(&milliseconds, before.event_, event_), "timing");
        return milliseconds;
    }

  private:
    cudaEvent_t event_ = nullptr;
};

}  // namespace ditto::detail
