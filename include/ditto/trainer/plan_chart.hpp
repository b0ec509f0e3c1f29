// The memory of a training as a picture: every tensor's life and place in the block.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <tuple>
#include <vector>

#include "ditto/trainer/chart_elements.hpp"
#include "ditto/trainer/plan_tensors.hpp"

namespace ditto {

namespace detail {

// A plan being drawn, from top to bottom.
class PlanDrawing {
  public:
    PlanDrawing(const std::vector<NamedTensor>& tensors, const std::vector<PlanStep>& steps, std::size_t total_bytes)
        : steps_(steps), total_(total_bytes), scale_(plot_height / static_cast<double>(std::max(total_, min_total))) {
        for (const NamedTensor& tensor : tensors) sums_[static_cast<std::size_t>(tensor.kind)] += tensor.place.bytes;
        head();
        legend();
        top_ += 40.0;
        bottom_ = top_ + plot_height;
        columns();
        axes();
        // The small ones last: they are drawn higher than they are, to be seen at all.
        std::vector<const NamedTensor*> order(tensors.size());
        std::transform(tensors.begin(), tensors.end(), order.begin(), [](const NamedTensor& one) { return &one; });
        const auto size = [&](const NamedTensor* tensor) {
            return std::tuple(sums_[static_cast<std::size_t>(tensor->kind)], tensor->place.bytes);
        };
        std::stable_sort(order.begin(), order.end(), [&](const auto* a, const auto* b) { return size(a) > size(b); });
        for (const NamedTensor* tensor : order) draw(*tensor);
    }

    std::string svg() const {
        const double height = bottom_ + 96.0;
        const std::string w = decimal(width, 0), h = decimal(height, 0);
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"ditto-plan\" viewBox=\"0 0 " + w + " " + h +
               "\" width=\"" + w + "\" height=\"" + h +
               "\" role=\"img\" aria-label=\"Memory of a training: " + bytes_text(total_) + "\">\n<style>" +
               std::string(chart_style) + "</style>\n" +
               rect_element(0.0, 0.0, width, height, "class=\"paper\" rx=\"8\"") + svg_ + "</svg>\n";
    }

  private:
    static constexpr double width = 960.0, left = 66.0, right = 14.0, plot_height = 560.0;
    static constexpr std::size_t min_total = 1;

    void head() {
        std::size_t sum = 0;
        for (const std::size_t bytes : sums_) sum += bytes;
        svg_ += text_element(left, 27.0, "class=\"head\"", bytes_text(total_) + " in one block");
        svg_ += text_element(left, 47.0, "class=\"quiet\"",
                             "Across: the steps at which a tensor lives. Up: its place, and its bytes. Each in a "
                             "place of its own, they would take " +
                                 bytes_text(sum) + ".");
    }
    void legend() {
        constexpr std::size_t columns = 3;
        top_ = 72.0;
        std::size_t entries = 0;
        for (std::size_t kind = 0; kind < tensor_kinds; ++kind) {
            if (sums_[kind] == 0) continue;
            if (entries > 0 && entries % columns == 0) top_ += 19.0;
            const double x = left + static_cast<double>(entries++ % columns) * (width - left - right) / columns;
            const std::string fill(kind_styles[kind].fill);
            svg_ += rect_element(x, top_ - 10.0, 12.0, 12.0, "rx=\"2\" fill=\"" + fill + "\"");
            svg_ +=
                text_element(x + 18.0, top_, "", std::string(kind_styles[kind].name) + ", " + bytes_text(sums_[kind]));
        }
    }

    static bool is_stage(const PlanStep& step) { return !step.label.empty(); }
    // The loss and the update need room for their names, however many the stages are.
    void columns() {
        const double all = width - left - right;
        const auto count = static_cast<double>(steps_.size());
        const auto stages = static_cast<double>(std::count_if(steps_.begin(), steps_.end(), is_stage));
        const double alone = std::max(all / count, 44.0);
        stage_width_ = (all - alone * (count - stages)) / std::max(stages, 1.0);
        edges_ = {left};
        for (const PlanStep& step : steps_) edges_.push_back(edges_.back() + (is_stage(step) ? stage_width_ : alone));
    }
    double height_at(std::size_t offset) const { return bottom_ - scale_ * static_cast<double>(offset); }

    void axes() {
        svg_ += rect_element(left, top_, width - left - right, plot_height, "class=\"free\"");
        const std::size_t unit = total_ < (std::size_t{1} << 20) ? 1024 : std::size_t{1} << 20;
        std::size_t tick = unit;
        while (total_ / tick > 8) tick *= 2;
        std::string lines;
        for (std::size_t at = 0; at <= total_; at += tick) {
            svg_ += text_element(left - 8.0, height_at(at) + 4.0, "class=\"quiet\" text-anchor=\"end\"",
                                 std::to_string(at / unit) + (at > 0         ? ""
                                                              : unit == 1024 ? " KiB"
                                                                             : " MiB"));
            lines += "M" + decimal(left - 4.0) + " " + decimal(height_at(at)) + "H" + decimal(left);
        }
        const auto every = static_cast<std::size_t>(17.0 / stage_width_) + 1;  // one label in so many has room
        for (std::size_t begin = 0, end = 0; begin < steps_.size(); begin = end) {
            for (; end < steps_.size() && steps_[end].phase == steps_[begin].phase; ++end)
                if (is_stage(steps_[end]) && (end - begin) % every == 0)
                    svg_ += turned_text_element((edges_[end] + edges_[end + 1]) / 2.0 + 4.0, bottom_ + 14.0, -42,
                                                "class=\"quiet\" text-anchor=\"end\"", shortened(steps_[end].label, 18),
                                                steps_[end].layer);
            svg_ += text_element((edges_[begin] + edges_[end]) / 2.0, top_ - 9.0, "text-anchor=\"middle\"",
                                 steps_[begin].phase);
            if (begin > 0) lines += "M" + decimal(edges_[begin]) + " " + decimal(top_ - 22.0) + "V" + decimal(bottom_);
        }
        svg_ += "<path d=\"" + lines + "\"/>\n";
    }

    static std::string name_of(const PlanStep& step) {
        return std::string(step.phase) + (is_stage(step) ? " " + step.label : "");
    }
    void draw(const NamedTensor& tensor) {
        const auto first = static_cast<std::size_t>(tensor.first), last = static_cast<std::size_t>(tensor.last);
        const double exact = scale_ * static_cast<double>(tensor.place.bytes);
        const double height = exact > 3.0 ? exact - 0.8 : std::max(exact, 1.5);  // a gap that shows where each ends
        const double x = edges_[first] + 0.4, y = height_at(tensor.place.offset) - height;
        const double across = edges_[last + 1] - x - 0.4;
        const std::string life = first == 0 && last + 1 == steps_.size() ? "at all steps"
                                 : first == last                         ? "at " + name_of(steps_[first])
                                                 : "from " + name_of(steps_[first]) + " to " + name_of(steps_[last]);
        svg_ += rect_element(x, y, across, height, "fill=\"" + std::string(style_of(tensor.kind).fill) + "\"",
                             tensor.name + "\n" + (tensor.layer.empty() ? "" : tensor.layer + "\n") +
                                 bytes_text(tensor.place.bytes) + " from " + bytes_text(tensor.place.offset) + " on\n" +
                                 life);
        draw_name(x, y, across, height, tensor);
    }
    // Within its rectangle, upright or not, with its size where there is room; nothing where there is none.
    void draw_name(double x, double y, double across, double height, const NamedTensor& tensor) {
        constexpr double letter = 6.1, line = 13.0;
        const bool upright = across < letter * static_cast<double>(tensor.name.size()) + 6.0 && height > 1.5 * across;
        const auto room = static_cast<std::size_t>(std::max(0.0, ((upright ? height : across) - 6.0) / letter));
        if ((upright ? across : height) < line || room < 9) return;
        const std::string whole = tensor.name + ", " + bytes_text(tensor.place.bytes);
        svg_ += turned_text_element(x + across / 2.0 + (upright ? 4.0 : 0.0), y + height / 2.0 + (upright ? 0.0 : 4.0),
                                    upright ? -90 : 0, "class=\"in\" text-anchor=\"middle\"",
                                    whole.size() <= room ? whole : shortened(tensor.name, room));
    }

    const std::vector<PlanStep>& steps_;
    std::size_t total_;
    double scale_, top_ = 0.0, bottom_ = 0.0, stage_width_ = 0.0;
    std::array<std::size_t, tensor_kinds> sums_{};  // bytes of each kind
    std::vector<double> edges_;                     // of the steps' columns
    std::string svg_;
};

}  // namespace detail

/// The memory of a Trainer for batches of up to `capacity` pairs, as memory_plan() lays it out: an SVG without script
/// or anything to load, for light and dark screens. The mouse over a tensor shows its name, layer, bytes and steps.
template <class Trainer>
std::string plan_chart(batch_pairs capacity, int threads = 2, const TrainingExtras& extras = {}) {
    const auto plan = memory_plan<Trainer>(capacity, threads, extras);
    if constexpr (requires { plan.activations; })
        return detail::PlanDrawing(plan_tensors(plan),
                                   plan_steps<typename Trainer::Network, typename Trainer::Device>(), plan.total_bytes)
            .svg();
    else
        return "";  // why, has been reported
}

}  // namespace ditto
