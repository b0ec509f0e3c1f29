// Who watches what the device does: kernels, as they run, and products of cuBLASLt and cuDNN, which are then only asked
// for: nothing is computed. Without an observer all is as ever.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "capture.hpp"
#include "types.hpp"

namespace emulation {

struct KernelLaunch {
    const void* kernel;
    const char* type;  ///< of the kernel, as the compiler writes it
    dim3 grid, block;
    cudaStream_t stream;
};

struct AskedProduct {
    std::string name;  ///< "matrices", or a convolution's "forward", "input gradient", "weight gradient"
    std::vector<std::int64_t>
        sizes;  ///< rows, columns, depth, batch; or images, in, out, kernel's and output's extents
    std::int64_t flops;
    std::size_t bytes;  ///< of the factors and the result, each once
    cudaStream_t stream;
};

class Observer {
  public:
    virtual ~Observer() = default;
    virtual void kernel_begins(const KernelLaunch& launch) = 0;
    virtual void kernel_ends() = 0;
    virtual void product(const AskedProduct& product) = 0;
};

namespace detail {
inline Observer* observer = nullptr;
}

/// From now on `observer` is told; null: nobody. Kernels and products of a graph are told where it is launched.
inline void set_observer(Observer* observer) {
    const detail::Lock lock;
    detail::observer = observer;
}

}  // namespace emulation
