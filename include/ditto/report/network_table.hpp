// A network's layers as rows of a report's table.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "ditto/core/type_name.hpp"
#include "ditto/device/cpu/cpu.hpp"
#include "ditto/network/figures.hpp"
#include "ditto/network/summary.hpp"
#include "ditto/report/report_data.hpp"

namespace ditto {

/// The rows of Network's layers, in their order. Needs the layers' functions for the CPU (ditto/layers/cpu.hpp).
template <class Network>
std::vector<ReportLayer> network_table() {
    const auto figures = layer_figures<Network>(Cpu<fp32>{}, PassCapacity{1, 1, false});
    std::vector<ReportLayer> layers;
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        (layers.push_back({type_name<typename Network::template LayerAt<Index>>(), to_string(figures[Index].output),
                           figures[Index].parameters, figures[Index].flops}),
         ...);
    }
    (std::make_index_sequence<Network::layer_count>{});
    return layers;
}

}  // namespace ditto
