// What the programs' reports have in common.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ditto/images/image.hpp"
#include "ditto/report/report_data.hpp"

namespace support {

/// Chooses the map's people, `people` being who each image shows, and takes the features of their images.
void add_map(ditto::ReportData& data, std::span<const std::string> people,
             const std::function<std::span<const float>(std::size_t image)>& features);

/// The central part of an image that the network sees.
ditto::Image network_view(const ditto::Image& image, double crop);

/// The rows of one of face_network_names. Compiled once, in face_report.cpp.
std::vector<ditto::ReportLayer> face_network_table(std::string_view network);

/// Now: "2026-01-31 12:00 UTC".
std::string time_text();

}  // namespace support
