// The parts of a report's page, each as HTML; empty where the data for it are not there.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "ditto/report/findings.hpp"
#include "ditto/report/html.hpp"
#include "ditto/report/plots.hpp"
#include "ditto/report/report_data.hpp"

namespace ditto::detail {

inline std::string percent_text(double share, int decimals = 1) {
    return fmt::format("{:.{}f} %", 100.0 * share, decimals);
}

// 135907840 as "135,907,840".
inline std::string grouped(std::int64_t number) {
    std::string digits = fmt::format("{}", number);
    for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
        digits.insert(static_cast<std::size_t>(at), 1, ',');
    return digits;
}

/// Four digits, more where they are before the point.
inline std::string score_text(double score) {
    return std::abs(score) < 1000.0 ? fmt::format("{:.4g}", score) : fmt::format("{:.0f}", score);
}

inline std::string tile(std::string_view value, std::string_view name, bool is_main = false) {
    return fmt::format("<div class=\"tile{}\"><b>{}</b><span>{}</span></div>\n", is_main ? " main" : "", escaped(value),
                       escaped(name));
}

/// What the accuracy is worth beside what needs no learning; empty where that is not known.
inline std::string verdict(const ReportData& data, const ReportFindings& findings) {
    if (!data.floor) return "";
    const double base = findings.curve.base_rate(), known = std::max(*data.floor, base);
    const double above = findings.accuracy - known, error = findings.errors.accuracy.value_or(0.0);
    std::string floor = fmt::format("Comparing tiny pictures or mean colours, without learning, gets {} right",
                                    percent_text(*data.floor));
    if (base > *data.floor) floor += fmt::format(", and always the more frequent answer {}", percent_text(base));
    // Two standard errors: by chance so in 1 of 40 cases.
    if (above <= 2.0 * error)
        return fmt::format(
            "<p class=\"note\">{}. On so many pairs, an accuracy of {} is not clearly more: that the "
            "network has learnt anything is not shown.</p>\n",
            floor, percent_text(findings.accuracy));
    return fmt::format("<p class=\"soft\">{}; the network gets {:.1f} points more.</p>\n", floor, 100.0 * above);
}

/// The heading, what the pairs are, and the figures.
inline std::string headline_section(const ReportData& data, const ReportFindings& findings) {
    const RocCurve& curve = findings.curve;
    const bool distance = data.score_kind == ScoreKind::distance;
    std::set<std::uint32_t> images;  // of the pairs
    for (const Pair& pair : data.pairs) images.insert({pair.left, pair.right});
    std::string html = fmt::format(
        "<header>\n<h1>{}</h1>\n<p class=\"soft\">{}: {} pairs of the same person, {} of "
        "different people, {} images</p>\n",
        escaped(data.title), escaped(data.pairs_name), grouped(static_cast<std::int64_t>(curve.same)),
        grouped(static_cast<std::int64_t>(curve.different)), grouped(static_cast<std::int64_t>(images.size())));
    for (const std::string& note : data.notes) html += fmt::format("<p class=\"note\">{}</p>\n", escaped(note));
    if (!data.threshold)
        html +=
            "<p class=\"note\">The weights have no threshold stored. The one used here is the best on these very "
            "pairs, "
            "so the accuracy is on the optimistic side.</p>\n";
    html += verdict(data, findings) + "</header>\n<section id=\"figures\" class=\"tiles\" aria-label=\"Figures\">\n";
    const StandardErrors& errors = findings.errors;
    const auto points = [](double error) { return fmt::format("standard error {:.1f} points", 100.0 * error); };
    html += tile(percent_text(findings.accuracy),
                 fmt::format("accuracy at the {} threshold; {}; the more frequent answer alone gets {}",
                             data.threshold ? "stored" : "best", points(errors.accuracy.value_or(0.0)),
                             percent_text(curve.base_rate())),
                 true);
    if (curve.same != curve.different)
        html += tile(percent_text(curve.balanced_accuracy(findings.at_threshold)),
                     "balanced accuracy: same and different pairs count alike, however many there are of each");
    html += tile(fmt::format("{:.4f}", curve.area()),
                 fmt::format("area under the ROC curve; 0.5 is guessing; standard error {:.4f}", errors.area));
    html += tile(percent_text(curve.equal_error_rate()),
                 "equal error rate, at as many wrong accepts as wrong rejects; " + points(errors.equal_error_rate));
    for (std::size_t i = 0; i < false_accept_limits.size(); ++i) {
        const double limit = false_accept_limits[i];
        const bool none = limit * static_cast<double>(curve.different) < 1.0;
        html +=
            tile(percent_text(curve.true_accept_rate_at(limit)),
                 fmt::format("true accept rate at a false accept rate of {:g} %{}; {}", 100.0 * limit,
                             none ? " (of so few different pairs: none)" : "", points(errors.true_accept_rates[i])));
    }
    html += tile(score_text(findings.at_threshold.threshold),
                 distance ? "threshold: two images up to this distance show the same person"
                          : "threshold: two images from this probability on show the same person");
    html += tile(fmt::format("{}", data.pairs.size()),
                 fmt::format("pairs: {} wrong accepts, {} wrong rejects", findings.at_threshold.false_accepts,
                             curve.same - findings.at_threshold.true_accepts));
    return html + "</section>\n";
}

/// The best epoch, and what its validation pairs said.
inline std::string best_epoch_element(const ReportData& data) {
    const std::vector<double> epochs = data.metrics.column("epoch");
    if (!data.best_epoch) return "";
    ReportFacts facts = {{"best epoch", fmt::format("{} of {}", *data.best_epoch, epochs.size())}};
    for (const auto& [name, column, percent] :
         {std::tuple("its accuracy of the validation pairs", "validation_accuracy", true),
          {"its equal error rate", "validation_equal_error_rate", true},
          {"its area under the ROC curve", "validation_area", false}}) {
        const std::vector<double> values = data.metrics.column(column);
        for (std::size_t i = 0; i < values.size(); ++i)
            if (epochs[i] == *data.best_epoch && std::isfinite(values[i]))
                facts.emplace_back(name, percent ? percent_text(values[i]) : score_text(values[i]));
    }
    return facts_element(facts);
}

inline std::string training_section(const ReportData& data) {
    const std::vector<double> epochs = data.metrics.column("epoch");
    if (epochs.empty()) return "";
    const auto curve = [&](std::string name, std::string_view column) {
        PlotCurve result{std::move(name), {}};
        const std::vector<double> values = data.metrics.column(column);
        for (std::size_t i = 0; i < values.size(); ++i)
            if (std::isfinite(values[i])) result.points.push_back({epochs[i], values[i]});
        return result;
    };
    if (epochs.size() == 1) {  // a curve of one point would say no more
        ReportFacts facts;
        for (const auto& [name, column, percent] :
             {std::tuple("loss of the training pairs", "loss", false),
              {"accuracy of the training pairs", "accuracy", true},
              {"equal error rate of the training pairs", "equal_error_rate", true},
              {"accuracy of the validation pairs", "validation_accuracy", true},
              {"equal error rate of the validation pairs", "validation_equal_error_rate", true}})
            for (const auto& point : curve("", column).points)
                facts.emplace_back(name, percent ? percent_text(point[1]) : score_text(point[1]));
        return section_element("training", "Training: one epoch", facts_element(facts));
    }
    std::string plots;
    const auto add = [&](std::string_view id, std::string_view title, std::vector<PlotCurve> curves, bool percent,
                         std::string_view caption) {
        std::erase_if(curves, [](const PlotCurve& one) { return one.points.empty(); });
        if (!curves.empty()) plots += figure_element(curves_plot(id, title, curves, percent), caption);
    };
    add("loss", "loss", {curve("training", "loss")}, false, "Mean loss of the training pairs in each epoch.");
    add("accuracy", "accuracy", {curve("training", "accuracy"), curve("validation", "validation_accuracy")}, true,
        "Share of pairs told apart rightly, same and different ones counting the same. Training pairs are scored while "
        "the network learns, with changed images; of distances, at the threshold that is best for them.");
    add("equal-error", "equal error rate",
        {curve("training", "equal_error_rate"), curve("validation", "validation_equal_error_rate")}, true,
        "The rate at which wrong accepts and wrong rejects are equally frequent; lower is better.");
    add("area", "area under the ROC curve", {curve("validation", "validation_area")}, false,
        "Area under the ROC curve of the validation pairs; higher is better.");
    return section_element("training", "Training",
                           "<div class=\"plots\">\n" + plots + "</div>\n" + best_epoch_element(data));
}

inline std::string pairs_section(const ReportData& data, const ReportFindings& findings) {
    const RocCurve& curve = findings.curve;
    const RocPoint& point = findings.at_threshold;
    std::string plots = figure_element(
        roc_plot("roc", curve, point),
        fmt::format("Each threshold is a point of the curve. This one accepts {} of the same pairs, and {} of the "
                    "different ones, which is wrong.",
                    percent_text(curve.true_accept_rate(point)), percent_text(curve.false_accept_rate(point))));
    plots += figure_element(
        histogram_plot("histogram", data.scores, findings.labels, data.score_kind, point.threshold),
        data.score_kind == ScoreKind::distance
            ? "Distances of the pairs. What lies left of the threshold is taken for the same person."
            : "Probabilities of the pairs. What lies right of the threshold is taken for the same person.");
    return section_element("scores", "Telling pairs apart", "<div class=\"plots\">\n" + plots + "</div>");
}

inline std::string errors_section(const ReportData& data, const ReportFindings& findings) {
    if (!data.picture) return "";
    constexpr std::size_t most = 8;
    const double threshold = findings.at_threshold.threshold;
    std::string html;
    for (const PairLabel label : {PairLabel::different, PairLabel::same}) {
        const bool accepted = label == PairLabel::different;
        const auto errors = confident_errors(data.scores, findings.labels, data.score_kind, threshold, label, most);
        if (errors.empty()) continue;
        html += accepted ? "<h3>Wrong accepts: different people, taken for one</h3>\n"
                         : "<h3>Wrong rejects: one person, taken for two</h3>\n";
        html += "<div class=\"pairs\">\n";
        for (const std::size_t error : errors) {
            const Pair& pair = data.pairs[error];
            const std::string &left = data.images[pair.left], &right = data.images[pair.right];
            html += fmt::format(
                "<figure class=\"pair\"><div>{}{}</div><figcaption><b>{} {}</b><br>{}<br>{}"
                "</figcaption></figure>\n",
                picture_element(data.picture(pair.left), left), picture_element(data.picture(pair.right), right),
                data.score_kind == ScoreKind::distance ? "distance" : "probability", score_text(data.scores[error]),
                path_element(left), path_element(right));
        }
        html += "</div>\n";
    }
    if (html.empty()) return "";
    return section_element(
        "errors", "The most confident errors",
        fmt::format("<p class=\"soft\">Of the pairs on the wrong side of the threshold, {}, those farthest from it, "
                    "up to {} of each kind.</p>\n",
                    score_text(threshold), most) +
            html);
}

inline std::string map_section(const ReportData& data) {
    if (data.people.size() < 2) return "";
    std::string people;
    for (const MapPerson& person : data.people) {
        if (!data.picture) break;
        std::string pictures;
        for (std::size_t i = 0; i < std::min<std::size_t>(3, person.images.size()); ++i)
            pictures += picture_element(data.picture(person.images[i]), data.images[person.images[i]], 72);
        people += fmt::format("<div class=\"person\"><span>{}, {} images</span><div>{}</div></div>\n",
                              escaped(person.name), person.images.size(), pictures);
    }
    const std::string plot = figure_element(
        people_plot("map", data.people, data.map_features, data.feature_count),
        "Each image is a point; points are near each other where the network sees likeness (t-SNE of the features). A "
        "good network gives each person an island. Distances between islands, and the axes, mean little.");
    if (people.empty()) return section_element("map", "Map of people", plot);
    return section_element(
        "map", "Map of people",
        "<div class=\"plots\">\n" + plot + "<div class=\"panel people\">\n" + people + "</div>\n</div>");
}

inline std::string network_section(const ReportData& data) {
    if (data.layers.empty()) return "";
    std::string rows;
    std::int64_t parameters = 0, flops = 0;
    const auto megaflop = [](std::int64_t count) { return fmt::format("{:.2f}", static_cast<double>(count) * 1e-6); };
    for (std::size_t i = 0; i < data.layers.size(); ++i) {
        const ReportLayer& layer = data.layers[i];
        rows +=
            fmt::format("<tr><td>{}</td><td class=\"left\">{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n", i + 1,
                        escaped(layer.name), escaped(layer.output), grouped(layer.parameters), megaflop(layer.flops));
        parameters += layer.parameters;
        flops += layer.flops;
    }
    return section_element(
        "network", "Network",
        "<div class=\"scroll\"><table>\n<thead><tr><th>#</th><th class=\"left\">layer</th><th>output</th>"
        "<th>parameters</th><th>MFLOP an image</th></tr></thead>\n<tbody>\n" +
            rows +
            fmt::format("</tbody>\n<tfoot><tr><td></td><td class=\"left\">all</td><td></td><td>{}</td><td>{}</td></tr>"
                        "</tfoot>\n</table></div>",
                        grouped(parameters), megaflop(flops)));
}

inline std::string memory_section(const ReportData& data) {
    if (data.memory.empty()) return "";
    return section_element(
        "memory", "Memory",
        "<figure><div class=\"scroll\">" + data.memory +
            "</div><figcaption>All the memory of this training, laid out before it began. Tensors that never live at "
            "the same step share a place. The mouse over one shows its name, layer, bytes and steps.</figcaption>"
            "</figure>");
}

inline std::string facts_section(std::string_view id, std::string_view heading, const ReportFacts& facts) {
    return facts.empty() ? "" : section_element(id, heading, facts_element(facts));
}

/// The given times, and those of the epochs.
inline ReportFacts all_times(const ReportData& data) {
    ReportFacts times;
    const std::vector<double> seconds = data.metrics.column("seconds"), pairs = data.metrics.column("pairs");
    if (!seconds.empty()) {
        const double sum = std::accumulate(seconds.begin(), seconds.end(), 0.0);
        times.emplace_back("training",
                           fmt::format("{:.0f} s in {} epoch{}", sum, seconds.size(), seconds.size() == 1 ? "" : "s"));
        times.emplace_back("an epoch", fmt::format("{:.1f} s", sum / static_cast<double>(seconds.size())));
        if (sum > 0.0 && !pairs.empty())
            times.emplace_back(
                "speed", fmt::format("{:.1f} pairs a second", std::accumulate(pairs.begin(), pairs.end(), 0.0) / sum));
    }
    times.insert(times.end(), data.times.begin(), data.times.end());
    return times;
}

}  // namespace ditto::detail
