// report.html: what a training or an evaluation found, as one page that needs nothing but a browser.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "ditto/core/atomic_file.hpp"
#include "ditto/core/error.hpp"
#include "ditto/report/findings.hpp"
#include "ditto/report/gnuplot.hpp"
#include "ditto/report/html.hpp"
#include "ditto/report/report_data.hpp"
#include "ditto/report/sections.hpp"

namespace ditto {

/// The page: HTML with all its pictures inside, no script, nothing to load. Throws Error where gnuplot is not installed
/// or fails, a score is not finite, or the pairs are not of both kinds.
inline std::string report_page(const ReportData& data) {
    if (data.scores.size() != data.pairs.size())
        throw Error("a report has " + std::to_string(data.scores.size()) + " scores for " +
                    std::to_string(data.pairs.size()) + " pairs; give one for each pair");
    const ReportFindings findings = report_findings(data);
    std::string body = detail::headline_section(data, findings);
    body += detail::training_section(data);
    body += detail::pairs_section(data, findings);
    body += detail::errors_section(data, findings);
    body += detail::map_section(data);
    body += detail::network_section(data);
    body += detail::memory_section(data);
    body += detail::facts_section("settings", "Settings", data.settings);
    body += detail::facts_section("times", "Times", detail::all_times(data));
    body += "<footer class=\"soft\">" + escaped(data.program) + "</footer>\n";
    return page(data.title, body);
}

/// Throws Error where write_report() would fail for want of gnuplot or of a place for the file: to know it before
/// minutes of computing.
inline void require_report(const std::filesystem::path& path) {
    require_gnuplot();
    const AtomicFile file(path, 0);  // never committed
}

/// Writes the page to `path`, whole or not at all. Throws Error as report_page() does, or where it cannot be written.
inline void write_report(const std::filesystem::path& path, const ReportData& data) {
    const std::string text = report_page(data);
    AtomicFile file(path, text.size());
    file.write(std::as_bytes(std::span(text)));
    file.commit();
}

}  // namespace ditto
