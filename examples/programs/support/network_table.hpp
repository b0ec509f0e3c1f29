// A network's layers as rows of a report's table.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include <ditto/core/type_name.hpp>
#include <ditto/cpu.hpp>
#include <ditto/network/figures.hpp>
#include <ditto/network/summary.hpp>
#include <ditto/report/report_data.hpp>

namespace support {

/// The rows of Network's layers, in their order.
template <class Network>
std::vector<ditto::ReportLayer> network_table() {
    const auto figures = ditto::layer_figures<Network>(ditto::Cpu<ditto::fp32>{}, ditto::PassCapacity{1, 1, false});
    std::vector<ditto::ReportLayer> layers;
    [&]<std::size_t... Index>(std::index_sequence<Index...>) {
        (layers.push_back({ditto::type_name<typename Network::template LayerAt<Index>>(),
                           ditto::to_string(figures[Index].output), figures[Index].parameters, figures[Index].flops}),
         ...);
    }
    (std::make_index_sequence<Network::layer_count>{});
    return layers;
}

}  // namespace support
