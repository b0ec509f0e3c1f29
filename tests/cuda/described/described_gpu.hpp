// A GPU that cuDNN is told of in words, and then says what it would do there: its heuristics and its plans need no GPU
// (since 9.8; NVIDIA's documentation calls it deviceless ahead-of-time compilation).
#pragma once

#include <cudnn_graph.h>

#include <cstdint>
#include <string>

#include "ditto/layers/conv2d/cudnn/graph.cuh"

namespace described {

struct Properties {
    std::string name;
    int compute_capability;  ///< 900 is 9.0
    int multiprocessors;
    int shared_bytes;  ///< that a block may have
    std::int64_t memory_bytes;
    int clock_kilohertz, memory_kilohertz;
    int bus_bits;
    int cache_bytes;  ///< of level 2

    /// As cuDNN writes and reads them. No documentation says how; 9.13, 9.19 and 9.28 take this.
    std::string json() const {
        std::string text =
            R"({"cudaDeviceId": 0, "driverVer": 13000, "pciDeviceId": 0, "isTccDriver": 0, "warpSize": 32,
            "maxGridSize": [2147483647, 65535, 65535], "maxBlockSize": [1024, 1024, 64], "supportCoopLaunch": 1,
            "maxThreadsPerBlock": 1024, "maxThreadsPerSM": 2048, "maxCtasPerSM": 32, "regsPerBlock": 65536,
            "maxRegistersPerSM": 65536, "maxSharedMemoryPerBlock": 49152, "reservedSharedMemoryPerBlock": 1024,
            "oversizedSharedMemoryPerBlock": 0, "smCountOrigin": 0)";
        const auto add = [&](const char* property, std::int64_t value) {
            text.append(", \"").append(property).append("\": ").append(std::to_string(value));
        };
        add("deviceVer", compute_capability);
        add("multiProcessorCount", multiprocessors);
        add("maxSharedMemoryPerBlockOptin", shared_bytes);
        add("totalGlobalMem", memory_bytes);
        add("smClockRateKHz", clock_kilohertz);
        add("memClockRateKHz", memory_kilohertz);
        add("memoryBusWidth", bus_bits);
        add("l2CacheSize", cache_bytes);
        return text.append(", \"deviceName\": \"").append(name).append("\"}");
    }
};

inline const Properties h100{"NVIDIA H100 80GB HBM3", 900, 132, 232448, 85017493504, 1980000, 2619000, 5120, 52428800};
inline const Properties h200{"NVIDIA H200", 900, 132, 232448, 150109880320, 1980000, 3201000, 6144, 62914560};
inline const Properties a100{"NVIDIA A100-SXM4-80GB", 800, 108, 166912, 85005238272, 1410000, 1593000, 5120, 41943040};

class Gpu final : public ditto::detail::CudnnGpu {
  public:
    explicit Gpu(const std::string& json) : properties_(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR) {
        ditto::detail::check(
            cudnnBackendSetAttribute(properties_.get(), CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, CUDNN_TYPE_CHAR,
                                     static_cast<std::int64_t>(json.size()), json.data()),
            "describing a GPU");
        ditto::detail::check(properties_.finalize(), "describing a GPU");
    }
    void name_in_graph(ditto::detail::CudnnDescriptor&) const override {}  // a graph is for any GPU
    void name_in_heuristics(ditto::detail::CudnnDescriptor& heuristics) const override {
        heuristics.set(CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, properties_);
    }
    void name_in_plan(ditto::detail::CudnnDescriptor& plan) const override {
        plan.set(CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP, properties_);
    }

  private:
    ditto::detail::CudnnDescriptor properties_;
};

}  // namespace described
