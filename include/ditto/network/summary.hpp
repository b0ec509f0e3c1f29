// A network's table: one row per layer, as text.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ditto/core/for_each_index.hpp"
#include "ditto/core/number_text.hpp"
#include "ditto/core/type_name.hpp"
#include "ditto/device/cpu/cpu.hpp"
#include "ditto/network/figures.hpp"

namespace ditto {

/// "128x128x3", or "1024".
inline std::string to_string(Extents extents) {
    std::string text = std::to_string(extents.dims[0]);
    for (int axis = 1; axis < extents.rank; ++axis)
        text.append(1, 'x').append(std::to_string(extents.dims[static_cast<std::size_t>(axis)]));
    return text;
}

namespace detail {

inline std::string mebibytes(std::size_t bytes) {
    return fixed(static_cast<double>(bytes) / (1 << 20), 1);
}

}  // namespace detail

/// The table of Network for a training pass over `images` samples: number, layer, output, parameters, FLOPs of one
/// sample, and MiB of parameters, activations and scratch for the batch.
template <class Network, class Device = Cpu<fp32>>
std::string summary(std::size_t images = 32, const Device& device = {}) {
    using Row = std::vector<std::string>;
    const PassCapacity capacity{images, device.threads, true};
    const auto layers = layer_figures<Network>(device, capacity);
    const auto row = [](std::string number, std::string name, const Figures& figures) {
        return Row{std::move(number),
                   std::move(name),
                   to_string(figures.output),
                   detail::with_commas(figures.parameters),
                   detail::fixed(static_cast<double>(figures.flops) * 1e-6, 2),
                   detail::mebibytes(figures.parameter_bytes),
                   detail::mebibytes(figures.activation_bytes),
                   detail::mebibytes(figures.workspace_bytes)};
    };
    std::vector<Row> rows = {
        {"#", "layer", "output", "parameters", "MFLOP", "parameters MiB", "activations MiB", "scratch MiB"},
        {"", "input", to_string(Network::extents[0]), "", "", "", "", ""}};
    detail::for_each_index<Network::layer_count>([&](auto index) {
        rows.push_back(
            row(std::to_string(index + 1), type_name<typename Network::template LayerAt<index>>(), layers[index]));
    });
    rows.push_back(
        row("", "all (activations, gradients and scratch share memory)", network_figures<Network>(device, capacity)));

    std::vector<std::size_t> widths(rows[0].size(), 0);
    for (const Row& cells : rows)
        for (std::size_t column = 0; column < cells.size(); ++column)
            widths[column] = std::max(widths[column], cells[column].size());
    std::string text;
    for (const Row& cells : rows) {
        for (std::size_t column = 0; column < cells.size(); ++column) {
            const std::string padding(widths[column] - cells[column].size(), ' ');
            text += (column == 0 ? "" : "  ") + (column == 1 ? cells[column] + padding : padding + cells[column]);
        }
        text += '\n';
    }
    return text + "MiB: of a training pass over " + std::to_string(images) + " images\n";
}

}  // namespace ditto
