// What the kernels of an emulated device move, launch by launch, and which products it asks for.
#pragma once

#include <cxxabi.h>
#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "counter.hpp"
#include "cuda_runtime.h"

namespace traffic {

/// A name of the compiler's as people write it.
inline std::string readable(const char* symbol) {
    int status = 0;
    char* name = abi::__cxa_demangle(symbol, nullptr, nullptr, &status);
    std::string text = status == 0 ? name : symbol;
    std::free(name);
    return text;
}

struct Kernel {
    std::string name;  ///< with all that it is a template of, as a profiler says it
    std::size_t blocks, threads;
    int stream;  ///< in the order in which streams were first seen
    Counts counts;
};

struct Product {
    emulation::AskedProduct asked;
    int stream;
};

/// Counts from its construction to its destruction. Kernels read and write the device's memory; what else they touch,
/// such as their stacks, costs a GPU nothing.
class Watch final : public emulation::Observer {
  public:
    Watch() { emulation::set_observer(this); }
    ~Watch() override { emulation::set_observer(nullptr); }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    std::vector<Kernel> kernels;
    std::vector<Product> products;

  private:
    void kernel_begins(const emulation::KernelLaunch& launch) override {
        const auto size = [](const dim3& all) { return std::size_t{all.x} * all.y * all.z; };
        kernels.push_back({name_of(launch), size(launch.grid), size(launch.block), number_of(launch.stream), {}});
        std::vector<Memory> pieces;
        for (const auto& [begin, bytes] : emulation::detail::device().allocations)
            pieces.push_back({reinterpret_cast<const void*>(begin), bytes});
        begin_counting(pieces);
    }
    void kernel_ends() override { kernels.back().counts = end_counting(); }
    void product(const emulation::AskedProduct& asked) override {
        products.push_back({asked, number_of(asked.stream)});
    }

    // The type alone does not say the name, and the symbol is not there where a kernel is a file's own.
    static std::string name_of(const emulation::KernelLaunch& launch) {
        Dl_info info{};
        const bool found = dladdr(launch.kernel, &info) != 0 && info.dli_sname != nullptr;
        return readable(found && info.dli_saddr == launch.kernel ? info.dli_sname : launch.type);
    }
    int number_of(cudaStream_t stream) {
        const auto at = std::find(streams_.begin(), streams_.end(), stream);
        const auto number = static_cast<int>(at - streams_.begin());
        if (at == streams_.end()) streams_.push_back(stream);
        return number;
    }

    std::vector<cudaStream_t> streams_;
};

}  // namespace traffic
