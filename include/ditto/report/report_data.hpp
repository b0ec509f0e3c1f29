// What a report shows, as plain data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ditto/core/score_kind.hpp"
#include "ditto/images/image.hpp"
#include "ditto/pairs/pair.hpp"
#include "ditto/report/metrics_table.hpp"
#include "ditto/report/people_map.hpp"

namespace ditto {

/// A row of the network's table.
struct ReportLayer {
    std::string name;
    std::string output;  ///< shape: "128x128x64"
    std::int64_t parameters = 0;
    std::int64_t flops = 0;  ///< forward, one image
};

/// Names and values, in the order to show them in.
using ReportFacts = std::vector<std::pair<std::string, std::string>>;

/// Everything in a report. A part that is left empty is left out of the page; pairs and scores must be there.
struct ReportData {
    std::string title;
    std::string program;             ///< that made it, with its version
    std::string pairs_name;          ///< which pairs these are
    std::vector<std::string> notes;  ///< what a reader must know: a sentence each

    ScoreKind score_kind = ScoreKind::distance;
    std::optional<double> threshold;  ///< that was fixed before these pairs were seen
    std::optional<double> floor;      ///< accuracy that comparing pictures without learning reaches on these pairs
    std::vector<Pair> pairs;
    std::vector<double> scores;                 ///< [pairs]
    std::vector<std::string> images;            ///< their paths or names; pairs have positions in it
    std::function<Image(std::size_t)> picture;  ///< the image at a position of `images`; none: no pictures

    std::vector<MapPerson> people;    ///< of the map: see choose_people()
    std::vector<float> map_features;  ///< of their images, one person after another: [images, feature_count]
    std::size_t feature_count = 0;

    MetricsTable metrics;                     ///< of the epochs
    std::optional<std::uint32_t> best_epoch;  ///< from 1
    std::vector<ReportLayer> layers;          ///< of the network
    std::string memory;                       ///< of the training, an SVG: see plan_chart()
    ReportFacts settings, times;
};

}  // namespace ditto
