// What the emulated device knows of itself, and what tests may ask and set.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "errors.hpp"
#include "types.hpp"

namespace emulation {

namespace detail {

struct Capture;

struct Device {
    std::recursive_mutex mutex;  // held by every call, and while a kernel runs: one kernel at a time
    std::map<std::uintptr_t, std::size_t> allocations;  // device memory: address -> bytes
    std::map<std::uintptr_t, std::size_t> pinned;       // cudaMallocHost's memory
    std::size_t allocated = 0;                          // bytes of device memory
    std::size_t total = std::size_t{8} << 30;
    std::size_t taken = 0;  // bytes that other programs hold, as it were
    int count = 1;
    cudaError_t without_devices = cudaErrorNoDevice;
    std::string name = "emulated";
    std::size_t cudnn_version = 90000;
    std::chrono::milliseconds pretended{};  // that work seems to have taken besides what it took
    int capability_major = 9;
    int capability_minor = 0;
    bool next_malloc_fails = false;
    cudaError_t next_launch = cudaSuccess;
    bool forked_last = false;        // see set_forked_last
    std::size_t failing_launch = 0;  // the number of the launch that fails while it runs; 0 for none
    std::size_t launches = 0;
    std::size_t handles = 0;
    std::set<cudaStream_t> streams;
    std::vector<std::shared_ptr<Capture>> captures;  // those that have begun and not ended
};

/// Each thread's: where its kernels go.
inline thread_local int current_device = 0;

/// Never destroyed, so that static objects of a program may free their memory when it ends.
inline Device& device() {
    static Device& instance = *new Device;
    return instance;
}

struct [[nodiscard]] Lock : std::lock_guard<std::recursive_mutex> {
    Lock() : std::lock_guard<std::recursive_mutex>(device().mutex) {}
};

/// Whether `bytes` from `pointer` lie in one block of a registry.
inline bool within(const std::map<std::uintptr_t, std::size_t>& blocks, const void* pointer, std::size_t bytes) {
    const auto address = reinterpret_cast<std::uintptr_t>(pointer);
    auto block = blocks.upper_bound(address);
    if (block == blocks.begin()) return false;
    --block;
    const std::size_t offset = address - block->first;
    return offset < block->second && bytes <= block->second - offset;
}

inline std::size_t free_bytes() {
    const std::size_t used = device().allocated + device().taken;
    return used < device().total ? device().total - used : 0;
}

inline cudaError_t no_device() {
    return device().count > 0 ? cudaSuccess : device().without_devices;
}

}  // namespace detail

inline std::size_t allocated_bytes() {
    const detail::Lock lock;
    return detail::device().allocated;
}

inline std::size_t allocation_count() {
    const detail::Lock lock;
    return detail::device().allocations.size();
}

/// Whether all of `bytes` from `pointer` on lie in one allocation of device memory.
inline bool is_device_pointer(const void* pointer, std::size_t bytes = 1) {
    const detail::Lock lock;
    return detail::within(detail::device().allocations, pointer, bytes);
}

/// Lets the next cudaMalloc fail with cudaErrorMemoryAllocation.
inline void fail_next_malloc() {
    const detail::Lock lock;
    detail::device().next_malloc_fails = true;
}

/// Lets the next launch of a kernel fail with an error, such as cudaErrorNoKernelImageForDevice.
inline void fail_next_launch(cudaError_t error) {
    const detail::Lock lock;
    detail::device().next_launch = error;
}

/// Lets a kernel fail while it runs, with cudaErrorLaunchFailure: the `number`th from now on, those of graphs counted.
/// (What comes after it runs as if nothing had been; a real GPU's program would have to end.)
inline void fail_kernel(std::size_t number) {
    const detail::Lock lock;
    detail::device().failing_launch = detail::device().launches + number;
}

/// With none, every call that needs a device returns `without_devices`: also cudaErrorInsufficientDriver has this
/// effect.
inline void set_device_count(int count, cudaError_t without_devices = cudaErrorNoDevice) {
    const detail::Lock lock;
    detail::device().count = count;
    detail::device().without_devices = without_devices;
}

inline void set_compute_capability(int major, int minor) {
    const detail::Lock lock;
    detail::device().capability_major = major;
    detail::device().capability_minor = minor;
}

inline void set_device_name(std::string name) {
    const detail::Lock lock;
    detail::device().name = std::move(name);
}
inline void set_cudnn_version(std::size_t version) {
    const detail::Lock lock;
    detail::device().cudnn_version = version;
}

/// Lets the device have `total` bytes of memory, of which `free` can be had beyond what is allocated now.
inline void set_memory(std::size_t free, std::size_t total) {
    const detail::Lock lock;
    const std::size_t used = free + detail::device().allocated;
    detail::device().total = total;
    detail::device().taken = used < total ? total - used : 0;
}

/// Kernels that ran since the program began, those of replayed graphs among them; what a capture records did not run.
inline std::size_t kernel_launches() {
    const detail::Lock lock;
    return detail::device().launches;
}

/// Streams, events, graphs and objects of cuBLASLt that were made and not destroyed.
inline std::size_t handle_count() {
    const detail::Lock lock;
    return detail::device().handles;
}

}  // namespace emulation
