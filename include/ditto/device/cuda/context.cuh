// What all work on a GPU shares: the stream, the library handle, memory of the device and of the host.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ditto/core/units.hpp"
#include "ditto/device/cuda/cuda.hpp"
#include "ditto/device/cuda/status.cuh"
#include "ditto/device/cuda/streams.cuh"

namespace ditto::detail {

/// What kernels of one kind keep with a context: a library's handle and its plans.
struct ContextPart {
    virtual ~ContextPart() = default;
    /// After a recording: measures what a recording has no time for. True if the work is to be recorded again for it.
    virtual bool measure() { return false; }
};

/// Does nothing. The runtime has its code only if the program was compiled for the GPU.
inline __global__ void probe_kernel() {}

/// Makes a GPU the calling thread's current one while this lives. Each thread has a current GPU of its own, at first
/// GPU 0, and work for a stream of another one fails.
class [[nodiscard]] CurrentGpu {
  public:
    /// Throws Error when it cannot be had.
    explicit CurrentGpu(int index) : index_(index) {
        check(cudaGetDevice(&before_), "asking for the current GPU");
        if (before_ != index_) check(cudaSetDevice(index_), "choosing the GPU");
    }
    CurrentGpu(const CurrentGpu&) = delete;
    CurrentGpu& operator=(const CurrentGpu&) = delete;
    ~CurrentGpu() {
        if (before_ != index_) cudaSetDevice(before_);
    }

  private:
    int index_, before_ = 0;
};

/// A chosen GPU, a stream and a branch of it, a handle of cuBLASLt, and what else kernels keep here.
class CudaContext {
  public:
    /// Throws Error when there is no such GPU, the driver is too old, or the program has no code for it.
    explicit CudaContext(int index) {
        int count = 0;
        check(cudaGetDeviceCount(&count), "looking for a GPU");
        if (count == 0) check(cudaErrorNoDevice, "looking for a GPU");
        if (index < 0 || index >= count)
            throw Error("there is no GPU " + std::to_string(index) + "; this machine has " + std::to_string(count) +
                        ", counted from 0");
        check(cudaSetDevice(index), "choosing the GPU");
        cudaFuncAttributes attributes{};
        check(cudaFuncGetAttributes(&attributes, probe_kernel), "looking for the program's code for this GPU");
        streams_ = std::make_unique<Streams>();
        check(cublasLtCreate(&blas_), "starting cuBLASLt");
    }
    CudaContext(const CudaContext&) = delete;
    CudaContext& operator=(const CudaContext&) = delete;
    ~CudaContext() {
        parts_.clear();
        if (blas_ != nullptr) cublasLtDestroy(blas_);
    }

    /// Where work goes.
    cudaStream_t stream() const { return (streams_->in_branch ? streams_->branch : streams_->main).get(); }
    /// What the branch is asked for from now on comes after all that the stream was asked for so far.
    void fork() {
        streams_->fork.record(streams_->main.get());
        streams_->fork.hold(streams_->branch.get());
    }
    /// What `work()` asks the device for is done beside what is asked for elsewhere, until join().
    template <class Work>
    void in_branch(const Work& work) {
        streams_->in_branch = true;
        try {
            work();
        } catch (...) {
            streams_->in_branch = false;
            throw;
        }
        streams_->in_branch = false;
    }
    /// What the stream is asked for from now on comes after all that the branch was asked for so far.
    void join() {
        streams_->join.record(streams_->branch.get());
        streams_->join.hold(streams_->main.get());
    }
    cublasLtHandle_t blas() const { return blas_; }
    /// The context's Part, a ContextPart that is made of a stream, when it is first asked for.
    template <class Part>
    Part& part() {
        for (const std::unique_ptr<ContextPart>& held : parts_)
            if (auto* found = dynamic_cast<Part*>(held.get())) return *found;
        parts_.push_back(std::make_unique<Part>(streams_->main.get()));
        return static_cast<Part&>(*parts_.back());
    }
    /// After a recording: see ContextPart.
    bool measure() const {
        bool again = false;
        for (const std::unique_ptr<ContextPart>& held : parts_) again = held->measure() || again;
        return again;
    }
    /// Waits until all work is done.
    void wait() const { check(cudaStreamSynchronize(streams_->main.get()), "the work on the GPU"); }

  private:
    struct Streams {
        CudaStream main, branch;
        CudaEvent fork, join;
        bool in_branch = false;
    };

    std::unique_ptr<Streams> streams_;
    cublasLtHandle_t blas_ = nullptr;
    std::vector<std::unique_ptr<ContextPart>> parts_;
};

/// Makes the context ready for convolutions of this kind: nothing to do. `engines` is Cuda's.
inline void start(UnfoldedConvolutions, CudaContext&, const char* engines) {
    if (engines != nullptr)
        throw Error(std::string(engines) +
                    " is for a choice between cuDNN's engines, and convolutions are unfolded here; name no such file");
}

/// The first address from `memory` on that is a multiple of `alignment`.
inline void* align_up(void* memory, std::size_t alignment) {
    const auto at = reinterpret_cast<std::uintptr_t>(memory);
    return static_cast<std::byte*>(memory) + (round_up(at, alignment) - at);
}

/// Memory of the GPU in one piece.
class DeviceBlock {
  public:
    DeviceBlock() = default;
    /// Throws Error when the GPU has not `bytes` bytes free. The memory holds anything.
    explicit DeviceBlock(std::size_t bytes) : bytes_(bytes) {
        void* memory = nullptr;
        if (const cudaError_t status = cudaMalloc(&memory, bytes); status == cudaErrorMemoryAllocation) {
            std::size_t free = 0, total = 0;
            cudaGetLastError();  // the error stays with the thread until it is read
            check(cudaMemGetInfo(&free, &total), "asking for the free memory");
            throw Error("out of GPU memory: the plan needs " + std::to_string(bytes >> 20) + " MiB in one block, and " +
                        std::to_string(free >> 20) + " of " + std::to_string(total >> 20) +
                        " MiB are free; use a smaller batch");
        } else {
            check(status, "taking memory of the GPU");
        }
        data_ = static_cast<std::byte*>(memory);
    }
    DeviceBlock(DeviceBlock&& other) noexcept { swap(other); }
    DeviceBlock& operator=(DeviceBlock&& other) noexcept {
        swap(other);
        return *this;
    }
    ~DeviceBlock() { cudaFree(data_); }

    std::byte* data() const { return data_; }
    std::size_t bytes() const { return bytes_; }

  private:
    void swap(DeviceBlock& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(bytes_, other.bytes_);
    }

    std::byte* data_ = nullptr;
    std::size_t bytes_ = 0;
};

/// Memory of the host that the GPU copies from and to without the processor's help.
class PinnedBlock {
  public:
    explicit PinnedBlock(std::size_t bytes) {
        void* memory = nullptr;
        check(cudaMallocHost(&memory, bytes), "taking pinned memory of the host");
        data_ = static_cast<std::byte*>(memory);
    }
    PinnedBlock(PinnedBlock&& other) noexcept { swap(other); }
    PinnedBlock& operator=(PinnedBlock&& other) noexcept {
        swap(other);
        return *this;
    }
    ~PinnedBlock() { cudaFreeHost(data_); }

    std::byte* data() const { return data_; }

  private:
    void swap(PinnedBlock& other) noexcept { std::swap(data_, other.data_); }

    std::byte* data_ = nullptr;
};

}  // namespace ditto::detail
