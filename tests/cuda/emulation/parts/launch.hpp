// Launch of a kernel: what nvcc makes of kernel<<<grid, block, 0, stream>>>(arguments...).
#pragma once

#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "capture.hpp"
#include "execute.hpp"
#include "observer.hpp"

namespace emulation {

namespace detail {

inline bool valid_launch(const dim3& grid, const dim3& block) {
    if (grid.x == 0 || grid.y == 0 || grid.z == 0 || block.x == 0 || block.y == 0 || block.z == 0) return false;
    if (grid.x > 0x7fffffff || grid.y > 65535 || grid.z > 65535) return false;
    return block.x <= block_threads && block.y <= block_threads && block.z <= 64 &&
           block.x * block.y * block.z <= block_threads;
}

inline cudaError_t launch_thread_body(const KernelLaunch& launch, std::function<void()> thread) {
    const Lock lock;
    const cudaStream_t stream = launch.stream;
    if (!valid_launch(launch.grid, launch.block)) return result(cudaErrorInvalidConfiguration);
    if (device().next_launch != cudaSuccess) return result(std::exchange(device().next_launch, cudaSuccess));
    const CUstream_st* own = find_stream(stream);
    if (own != nullptr && stream != nullptr && own->device != current_device)
        return result(cudaErrorInvalidResourceHandle);
    return submit(stream, [launch, thread = std::move(thread)] {
        if (++device().launches == device().failing_launch) return cudaErrorLaunchFailure;
        if (observer != nullptr) observer->kernel_begins(launch);
        Executor::instance().run(launch.grid, launch.block, thread);
        if (observer != nullptr) observer->kernel_ends();
        return cudaSuccess;
    });
}

}  // namespace detail

/// Runs a kernel, or records it where `stream` captures. The arguments are copied now, and each thread receives copies
/// of these.
template <typename... Parameters, typename... Arguments>
cudaError_t launch(void (*kernel)(Parameters...), dim3 grid, dim3 block, cudaStream_t stream,
                   Arguments&&... arguments) {
    static_assert(sizeof...(Parameters) == sizeof...(Arguments), "as many arguments as the kernel has parameters");
    static_assert((!std::is_reference_v<Parameters> && ...), "a kernel takes its parameters by value");
    const KernelLaunch launch{reinterpret_cast<const void*>(kernel), typeid(kernel).name(), grid, block, stream};
    return detail::launch_thread_body(
        launch, [kernel, copies = std::tuple<Parameters...>(std::forward<Arguments>(arguments)...)] {
            std::apply(kernel, copies);
        });
}

}  // namespace emulation

/// What cudaLaunchKernelEx is told. (Without shared memory of a size chosen at the launch, and without attributes.)
struct cudaLaunchConfig_t {
    dim3 gridDim, blockDim;
    cudaStream_t stream = nullptr;
};

template <typename... Parameters, typename... Arguments>
cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t* config, void (*kernel)(Parameters...),
                               Arguments&&... arguments) {
    return emulation::launch(kernel, config->gridDim, config->blockDim, config->stream,
                             std::forward<Arguments>(arguments)...);
}
