// Device memory: host memory that is known by its address, so that copies can be checked.
#pragma once

#include <sys/mman.h>

#include <cstring>
#include <new>

#include "capture.hpp"
#include "state.hpp"

namespace emulation::detail {

inline constexpr std::align_val_t alignment{256};  // as cudaMalloc promises

/// Memory whose every float, double and bfloat16 is a NaN, so that reading it before it was written shows.
inline void* allocate(std::map<std::uintptr_t, std::size_t>& registry, std::size_t bytes) {
    void* memory = ::operator new(bytes, alignment, std::nothrow);
    if (memory == nullptr) return nullptr;
    // A large block's pages are large where the system has such: it is filled several times as fast.
    constexpr std::uintptr_t page = std::uintptr_t{2} << 20;
    const auto address = reinterpret_cast<std::uintptr_t>(memory);
    const std::uintptr_t first = (address + page - 1) / page * page;
    if (first + page <= address + bytes)
        madvise(reinterpret_cast<void*>(first), (address + bytes - first) / page * page, MADV_HUGEPAGE);
    std::memset(memory, 0xff, bytes);
    registry[reinterpret_cast<std::uintptr_t>(memory)] = bytes;
    return memory;
}

/// Frees memory and returns its size, or 0 where `pointer` is not the beginning of any.
inline std::size_t release(std::map<std::uintptr_t, std::size_t>& registry, void* pointer) {
    const auto block = registry.extract(reinterpret_cast<std::uintptr_t>(pointer));
    if (block.empty()) return 0;
    ::operator delete(pointer, alignment);
    return block.mapped();
}

inline bool is_device(const void* pointer) {
    return within(device().allocations, pointer, 1);
}

inline cudaError_t check_copy(const void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
    if (bytes == 0) return cudaSuccess;
    if (to == nullptr || from == nullptr) return cudaErrorInvalidValue;
    const bool to_device = is_device(to);
    const bool from_device = is_device(from);
    if (kind != cudaMemcpyDefault) {
        if (kind < cudaMemcpyHostToHost || kind > cudaMemcpyDeviceToDevice) return cudaErrorInvalidMemcpyDirection;
        if (to_device != (kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice))
            return cudaErrorInvalidValue;
        if (from_device != (kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice))
            return cudaErrorInvalidValue;
    }
    if (to_device && !within(device().allocations, to, bytes)) return cudaErrorInvalidValue;
    if (from_device && !within(device().allocations, from, bytes)) return cudaErrorInvalidValue;
    return cudaSuccess;
}

inline cudaError_t copy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
    const cudaError_t error = check_copy(to, from, bytes, kind);
    if (error == cudaSuccess && bytes > 0) std::memmove(to, from, bytes);
    return error;
}

inline cudaError_t set(void* memory, int value, std::size_t bytes) {
    if (bytes == 0) return cudaSuccess;
    if (!within(device().allocations, memory, bytes)) return cudaErrorInvalidValue;
    std::memset(memory, value, bytes);
    return cudaSuccess;
}

}  // namespace emulation::detail

inline cudaError_t cudaMalloc(void** pointer, std::size_t bytes) {
    using namespace emulation::detail;
    const Lock lock;
    if (const cudaError_t error = no_device()) return result(error);
    if (pointer == nullptr) return result(cudaErrorInvalidValue);
    if (const cudaError_t error = refuse_while_capturing()) return result(error);
    *pointer = nullptr;
    if (std::exchange(device().next_malloc_fails, false)) return result(cudaErrorMemoryAllocation);
    if (bytes == 0) return cudaSuccess;
    if (bytes > free_bytes()) return result(cudaErrorMemoryAllocation);
    *pointer = allocate(device().allocations, bytes);
    if (*pointer == nullptr) return result(cudaErrorMemoryAllocation);
    device().allocated += bytes;
    return cudaSuccess;
}

/// The typed form of CUDA's C++ interface.
template <typename T>
cudaError_t cudaMalloc(T** pointer, std::size_t bytes) {
    void* memory = nullptr;
    const cudaError_t error = cudaMalloc(&memory, bytes);
    *pointer = static_cast<T*>(memory);
    return error;
}

inline cudaError_t cudaFree(void* pointer) {
    using namespace emulation::detail;
    const Lock lock;
    if (const cudaError_t error = no_device()) return result(error);
    if (const cudaError_t error = refuse_while_capturing()) return result(error);
    if (pointer == nullptr) return cudaSuccess;
    finish_all();  // it waits for the device
    const std::size_t bytes = release(device().allocations, pointer);
    device().allocated -= bytes;
    return result(bytes > 0 ? cudaSuccess : cudaErrorInvalidValue);
}

/// The flags have no effect: to the emulation all of the host's memory is the same.
inline cudaError_t cudaHostAlloc(void** pointer, std::size_t bytes, unsigned flags) {
    using namespace emulation::detail;
    const Lock lock;
    if (const cudaError_t error = no_device()) return result(error);
    constexpr unsigned known = cudaHostAllocPortable | cudaHostAllocMapped | cudaHostAllocWriteCombined;
    if (pointer == nullptr || (flags & ~known) != 0) return result(cudaErrorInvalidValue);
    if (const cudaError_t error = refuse_while_capturing()) return result(error);
    *pointer = bytes == 0 ? nullptr : allocate(device().pinned, bytes);
    return result(bytes == 0 || *pointer != nullptr ? cudaSuccess : cudaErrorMemoryAllocation);
}

template <typename T>
cudaError_t cudaHostAlloc(T** pointer, std::size_t bytes, unsigned flags) {
    void* memory = nullptr;
    const cudaError_t error = cudaHostAlloc(&memory, bytes, flags);
    *pointer = static_cast<T*>(memory);
    return error;
}

inline cudaError_t cudaMallocHost(void** pointer, std::size_t bytes) {
    return cudaHostAlloc(pointer, bytes, cudaHostAllocDefault);
}

template <typename T>
cudaError_t cudaMallocHost(T** pointer, std::size_t bytes, unsigned flags = cudaHostAllocDefault) {
    return cudaHostAlloc(pointer, bytes, flags);
}

inline cudaError_t cudaFreeHost(void* pointer) {
    using namespace emulation::detail;
    const Lock lock;
    if (const cudaError_t error = no_device()) return result(error);
    if (const cudaError_t error = refuse_while_capturing()) return result(error);
    if (pointer == nullptr) return cudaSuccess;
    finish_all();
    return result(release(device().pinned, pointer) > 0 ? cudaSuccess : cudaErrorInvalidValue);
}

inline cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
    using namespace emulation::detail;
    const Lock lock;
    if (const cudaError_t error = no_device()) return result(error);
    *total = device().total;
    *free = free_bytes();
    return cudaSuccess;
}

inline cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
    using namespace emulation::detail;
    const Lock lock;
    if (const cudaError_t error = refuse_while_capturing()) return result(error);
    return submit(nullptr, [=] { return copy(to, from, bytes, kind); });
}

inline cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                                   cudaStream_t stream = nullptr) {
    using namespace emulation::detail;
    const Lock lock;
    if (const cudaError_t error = check_copy(to, from, bytes, kind)) return result(error);
    const cudaError_t submitted = submit(stream, [=] { return copy(to, from, bytes, kind); });
    // The host's memory that is not pinned is read or written before the call ends.
    const auto own = [](const void* memory) { return !is_device(memory) && !within(device().pinned, memory, 1); };
    CUstream_st* asked = find_stream(stream);
    if (submitted != cudaSuccess || asked->capture != nullptr || !(own(to) || own(from))) return submitted;
    return result(finish(asked->queue));
}

inline cudaError_t cudaMemset(void* memory, int value, std::size_t bytes) {
    using namespace emulation::detail;
    const Lock lock;
    if (const cudaError_t error = refuse_while_capturing()) return result(error);
    return submit(nullptr, [=] { return set(memory, value, bytes); });
}

inline cudaError_t cudaMemsetAsync(void* memory, int value, std::size_t bytes, cudaStream_t stream = nullptr) {
    using namespace emulation::detail;
    const Lock lock;
    if (bytes > 0 && !within(device().allocations, memory, bytes)) return result(cudaErrorInvalidValue);
    return submit(stream, [=] { return set(memory, value, bytes); });
}
