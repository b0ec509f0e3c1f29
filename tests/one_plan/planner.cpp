// The file that only plans. With WITHOUT_KERNELS it includes descriptions alone.
#include "network.hpp"

#ifndef WITHOUT_KERNELS
#include <ditto/ditto.hpp>
#endif
#include <ditto/network/figures.hpp>

Seen seen_by_planner() {
    const ditto::Cpu<ditto::fp32> device{2};
    return {ditto::Execution<Network, ditto::Cpu<ditto::fp32>>::layer_count,
            ditto::memory_plan<Training>(batch).total_bytes,
            ditto::network_figures<Network>(device, {batch.images(), device.threads, true}).activation_bytes};
}
