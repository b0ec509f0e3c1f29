// The report's plots as <svg> elements, drawn by gnuplot from plain numbers. Each throws Error as run_gnuplot() does.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ditto/core/pair_label.hpp"
#include "ditto/evaluate/roc.hpp"
#include "ditto/report/gnuplot.hpp"
#include "ditto/report/svg.hpp"

namespace ditto {

/// A named curve: y over x. Points that are not finite are left out.
struct PlotCurve {
    std::string name;
    std::vector<std::array<double, 2>> points;
};

namespace detail {

inline constexpr std::string_view same_colour = "#1d6fd1", different_colour = "#d9480f", grey_colour = "#6b7280";

// Small enough for a telephone to show at its own size.
inline std::string plot_start(int height = 330, int width = 480) {
    return fmt::format(
        "set terminal svg size {},{} fixed background 'white' font 'sans-serif,13' noenhanced rounded\n"
        "set encoding utf8\n"
        "set border 3 linecolor '#9ca3af'\n"
        "set grid linetype 1 linewidth 0.6 linecolor '#e5e7eb'\n"
        "set tics nomirror scale 0.5 textcolor '#374151'\n"
        "set key outside top center horizontal width -1 textcolor '#111827' samplen 2\n"
        "set xlabel textcolor '#374151'\n"
        "set ylabel textcolor '#374151'\n",
        width, height);
}

inline std::string data_block(std::string_view name, std::span<const std::array<double, 2>> points) {
    std::string text = fmt::format("${} << EOD\n", name);
    for (const auto& [x, y] : points)
        if (std::isfinite(x) && std::isfinite(y)) text += fmt::format("{:.6g} {:.6g}\n", x, y);
    return text + "EOD\n";
}

/// The range of values with `margin` of it on either side; where they are all one, some range around it.
inline std::string axis_range(std::string_view axis, std::span<const double> values, double margin) {
    if (values.empty()) return "";
    const auto [low, high] = std::ranges::minmax(values);
    const double space = low < high ? margin * (high - low) : std::max(0.1 * std::abs(low), 1e-3);
    return fmt::format("set {}range [{:.6g}:{:.6g}]\n", axis, low - space, high + space);
}

/// The distance of an axis's numbers, 1, 2 or 5 times a power of ten, so that `most` of them cover `range`.
inline double tick_step(double range, int most) {
    const double least = range / most, power = std::pow(10.0, std::floor(std::log10(least)));
    for (const double digit : {1.0, 2.0, 5.0})
        if (digit * power >= least) return digit * power;
    return 10.0 * power;
}

inline std::string draw(const std::string& script, std::string_view id, std::string_view title) {
    return svg_element(run_gnuplot(script).text, id, title);
}

inline std::string score_label(ScoreKind kind) {
    return kind == ScoreKind::distance ? "distance (smaller: more alike)" : "probability of the same person";
}

}  // namespace detail

/// Curves over epochs; with `percent`, values from 0 to 1 are shown as percents.
inline std::string curves_plot(std::string_view id, std::string_view title, const std::vector<PlotCurve>& curves,
                               bool percent) {
    constexpr std::array colours = {detail::same_colour, detail::different_colour, detail::grey_colour,
                                    std::string_view("#0f9d76")};
    std::string script = detail::plot_start() + "set xlabel 'epoch'\nset ylabel " + gnuplot_string(title) + "\n";
    if (percent) script += "set format y '%g %%'\n";
    std::string plots;
    std::vector<double> epochs, values;
    for (const PlotCurve& curve : curves)
        for (const auto& [epoch, value] : curve.points) {
            if (!std::isfinite(epoch) || !std::isfinite(value)) continue;
            epochs.push_back(epoch);
            values.push_back(percent ? 100.0 * value : value);
        }
    script += detail::axis_range("x", epochs, 0.0) + detail::axis_range("y", values, 0.06);
    if (!epochs.empty() && std::ranges::max(epochs) - std::ranges::min(epochs) < 10) script += "set xtics 1\n";
    for (std::size_t i = 0; i < curves.size(); ++i) {
        std::vector<std::array<double, 2>> points = curves[i].points;
        for (auto& point : points) point[1] *= percent ? 100.0 : 1.0;
        script += detail::data_block(fmt::format("curve{}", i), points);
        plots += fmt::format("{}$curve{} with linespoints linewidth 2 pointtype 7 pointsize {} linecolor '{}' title {}",
                             i == 0 ? "plot " : ", ", i, points.size() > 40 ? 0.0 : 0.4, colours[i % colours.size()],
                             gnuplot_string(curves[i].name));
    }
    return detail::draw(script + plots + "\n", id, title);
}

/// The ROC curve, with the rates of `threshold` where there is one.
inline std::string roc_plot(std::string_view id, const RocCurve& curve, const std::optional<RocPoint>& threshold) {
    // Steps that no eye would see are left out.
    std::vector<std::array<double, 2>> points;
    for (const RocPoint& point : curve.points) {
        const std::array next = {100.0 * curve.false_accept_rate(point), 100.0 * curve.true_accept_rate(point)};
        const bool last = &point == &curve.points.back();
        if (points.empty() || last || next[0] + next[1] >= points.back()[0] + points.back()[1] + 0.1)
            points.push_back(next);
    }
    const double error = 100.0 * curve.equal_error_rate();
    std::string script = detail::plot_start(400) + detail::data_block("roc", points) +
                         detail::data_block("chance", std::vector<std::array<double, 2>>{{0, 0}, {100, 100}}) +
                         detail::data_block("equal", std::vector<std::array<double, 2>>{{error, 100.0 - error}});
    script +=
        "set xrange [0:100]\nset yrange [0:100]\nset format '%g %%'\nset key inside bottom right vertical\n"
        "set xlabel 'different pairs accepted (false accepts)'\nset ylabel 'same pairs accepted (true accepts)'\n";
    std::string at_threshold;
    if (threshold) {
        script += detail::data_block("threshold",
                                     std::vector<std::array<double, 2>>{{100.0 * curve.false_accept_rate(*threshold),
                                                                         100.0 * curve.true_accept_rate(*threshold)}});
        at_threshold =
            fmt::format(", $threshold with points pointtype 7 pointsize 0.9 linecolor '{}' title 'at the threshold'",
                        detail::different_colour);
    }
    script += fmt::format(
        "plot $chance with lines dashtype 2 linecolor '{0}' title 'guessing', $roc with lines linewidth 2 "
        "linecolor '{1}' title 'this network', $equal with points pointtype 6 pointsize 0.9 linewidth 2 linecolor "
        "'{1}' title 'equal error rate'{2}\n",
        detail::grey_colour, detail::same_colour, at_threshold);
    return detail::draw(script, id, "ROC curve");
}

/// Histograms of the scores of same and of different pairs, each as shares of its own kind, with the threshold marked.
inline std::string histogram_plot(std::string_view id, std::span<const double> scores,
                                  std::span<const PairLabel> labels, ScoreKind kind, std::optional<double> threshold) {
    const auto [least, most] = std::ranges::minmax(scores);
    double low = kind == ScoreKind::probability ? 0.0 : least, high = kind == ScoreKind::probability ? 1.0 : most;
    if (!(low < high)) {
        low -= 0.5;
        high += 0.5;
    }
    const auto bins = std::clamp<std::size_t>(static_cast<std::size_t>(std::sqrt(scores.size())), 8, 40);
    const double width = (high - low) / static_cast<double>(bins);
    std::array<std::vector<double>, 2> shares{std::vector<double>(bins), std::vector<double>(bins)};  // [label]
    std::array<double, 2> counts{};
    for (const PairLabel label : labels) ++counts[static_cast<std::size_t>(label)];
    for (std::size_t i = 0; i < scores.size(); ++i) {
        const auto bin = std::min(bins - 1, static_cast<std::size_t>(std::max(0.0, (scores[i] - low) / width)));
        const auto label = static_cast<std::size_t>(labels[i]);
        shares[label][bin] += 100.0 / counts[label];
    }
    std::string script = detail::plot_start(400);
    for (std::size_t label = 0; label < 2; ++label) {
        std::vector<std::array<double, 2>> points;
        for (std::size_t bin = 0; bin < bins; ++bin)
            points.push_back({low + (static_cast<double>(bin) + 0.5) * width, shares[label][bin]});
        script += detail::data_block(label == 0 ? "different" : "same", points);
    }
    const double left = std::min(low, threshold.value_or(low)), right = std::max(high, threshold.value_or(high));
    script += fmt::format(
        "set xrange [{:.6g}:{:.6g}]\nset xtics {:.6g}\nset yrange [0:*]\nset boxwidth {:.6g}\nset style fill solid 0.5 "
        "border\n"
        "set xlabel '{}'\nset ylabel 'share of the pairs of this kind'\nset format y '%g %%'\n",
        left - 0.02 * (right - left), right + 0.02 * (right - left), detail::tick_step(right - left, 6), width,
        detail::score_label(kind));
    std::string line;
    if (threshold) {
        script += fmt::format(
            "set arrow from {0:.6g}, graph 0 to {0:.6g}, graph 1 nohead front linewidth 2 dashtype 2 "
            "linecolor '#111827'\n",
            *threshold);
        line = fmt::format(", NaN with lines linewidth 2 dashtype 2 linecolor '#111827' title 'threshold'");
    }
    script += fmt::format(
        "plot $same with boxes linecolor '{}' title 'same', $different with boxes linecolor '{}' title "
        "'different'{}\n",
        detail::same_colour, detail::different_colour, line);
    return detail::draw(script, id, "Histogram of scores");
}

}  // namespace ditto
