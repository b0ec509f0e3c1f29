// A table of numbers with named columns, as metrics.csv is one.
#pragma once

#include <charconv>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/core/read_file.hpp"

namespace ditto {

/// What a training's metrics.csv holds.
struct MetricsTable {
    std::vector<std::string> columns;
    std::vector<std::vector<double>> rows;  ///< NaN where a cell is empty

    /// The numbers of a column; none where there is no such column.
    std::vector<double> column(std::string_view name) const {
        std::vector<double> values;
        for (std::size_t i = 0; i < columns.size(); ++i)
            if (columns[i] == name)
                for (const auto& row : rows) values.push_back(row[i]);
        return values;
    }
};

/// Parses comma-separated numbers under a line of names; `name` stands in errors. Throws Error for a row that has
/// another number of cells than the first line, and a cell that is no number.
inline MetricsTable parse_metrics(std::string_view text, const std::string& name) {
    MetricsTable table;
    for (std::size_t line = 1; !text.empty(); ++line) {
        std::string_view rest = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(rest.size() + 1, text.size()));
        if (rest.ends_with('\r')) rest.remove_suffix(1);
        std::vector<std::string_view> cells;
        for (bool more = !rest.empty(); more;) {
            const std::size_t comma = rest.find(',');
            cells.push_back(rest.substr(0, comma));
            more = comma != std::string_view::npos;
            if (more) rest.remove_prefix(comma + 1);
        }
        if (line == 1) {
            table.columns.assign(cells.begin(), cells.end());
            continue;
        }
        if (cells.empty()) continue;
        const auto fail = [&](const std::string& what) {
            throw Error(name + ", line " + std::to_string(line) + ": " + what + "; is this a metrics.csv of ditto's?");
        };
        if (cells.size() != table.columns.size())
            fail(std::to_string(cells.size()) + " cells under " + std::to_string(table.columns.size()) + " names");
        std::vector<double>& row = table.rows.emplace_back();
        for (const std::string_view cell : cells) {
            double value = std::numeric_limits<double>::quiet_NaN();
            const auto [end, failure] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
            if (!cell.empty() && (failure != std::errc{} || end != cell.data() + cell.size()))
                fail("'" + std::string(cell) + "' is no number");
            row.push_back(value);
        }
    }
    return table;
}

/// Reads the table of a file: see parse_metrics(). Throws Error also if the file cannot be read.
inline MetricsTable read_metrics(const std::filesystem::path& path) {
    const auto bytes = read_file(path);
    return parse_metrics({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path.string());
}

}  // namespace ditto
