// The picture of a training's memory: the list of its tensors is the plan, whole, and all of it is drawn.
#include "ditto/trainer/plan_chart.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "../training/small_training.hpp"

using namespace ditto;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++found;
    return found;
}

// Elements close in order, and no letter of XML's own stands in a text or a quoted value.
void check_well_formed(const std::string& xml) {
    std::vector<std::string> open;
    for (std::size_t at = 0; at < xml.size();) {
        const std::size_t begin = xml.find('<', at);
        const std::string text = xml.substr(at, begin - at);
        CHECK(text.find('>') == std::string::npos);
        CHECK(count(text, "&") == count(text, "&lt;") + count(text, "&gt;") + count(text, "&amp;"));
        if (begin == std::string::npos) break;
        const std::size_t end = xml.find('>', begin);
        REQUIRE(end != std::string::npos);
        const std::string tag = xml.substr(begin + 1, end - begin - 1);
        CHECK(tag.find('<') == std::string::npos);
        CHECK(count(tag, "\"") == 2 * count(tag, "=\""));
        const std::string name = tag.substr(0, tag.find_first_of(" /", 1));
        if (tag[0] == '/') {
            REQUIRE_FALSE(open.empty());
            CHECK(open.back() == tag.substr(1));
            open.pop_back();
        } else if (tag.back() != '/') {
            open.push_back(name);
        }
        at = end + 1;
    }
    CHECK(open.empty());
}

std::size_t bytes_of_kind(const std::vector<NamedTensor>& tensors, TensorKind kind) {
    std::size_t bytes = 0;
    for (const NamedTensor& tensor : tensors)
        if (tensor.kind == kind) bytes += planned_bytes(tensor.place.bytes);
    return bytes;
}

template <class Trainer>
void check(const TrainingExtras& extras) {
    constexpr batch_pairs batch{4};
    auto plan = memory_plan<Trainer>(batch, 2, extras);
    const std::vector<NamedTensor> tensors = plan_tensors(plan);
    const std::vector<PlanStep> steps = plan_steps<typename Trainer::Network, typename Trainer::Device>();

    // No tensor of the plan is left out.
    using enum TensorKind;
    CHECK(bytes_of_kind(tensors, parameter) == plan.parameter_bytes);
    CHECK(bytes_of_kind(tensors, buffer) == plan.buffer_bytes);
    CHECK(bytes_of_kind(tensors, optimizer_state) == plan.optimizer_bytes);
    CHECK(bytes_of_kind(tensors, average) == plan.average_bytes);
    CHECK(bytes_of_kind(tensors, gradient) == plan.gradient_bytes);
    CHECK(bytes_of_kind(tensors, prepared) == plan.prepared_bytes);
    CHECK(bytes_of_kind(tensors, TensorKind::loss) == plan.loss_bytes);
    std::size_t of_pass = 0, pass_bytes = 0;
    plan.activations.for_each([&](const PlannedTensor& tensor) {
        of_pass += tensor.bytes > 0 ? 1 : 0;
        pass_bytes += planned_bytes(tensor.bytes);
    });
    CHECK(std::count_if(tensors.begin(), tensors.end(), [](const NamedTensor& tensor) {
              return tensor.kind >= activation && tensor.kind <= scratch;
          }) == static_cast<std::ptrdiff_t>(of_pass));
    CHECK(bytes_of_kind(tensors, activation) + bytes_of_kind(tensors, activation_gradient) +
              bytes_of_kind(tensors, saved) + bytes_of_kind(tensors, scratch) ==
          pass_bytes);

    // What lives at the same step lies apart, all in the block, up to its end.
    std::set<std::string> names;
    std::size_t end = 0;
    for (const NamedTensor& a : tensors) {
        CAPTURE(a.name);
        CHECK(names.insert(a.name).second);
        CHECK(0 <= a.first);
        CHECK(a.first <= a.last);
        CHECK(static_cast<std::size_t>(a.last) < steps.size());
        end = std::max(end, a.place.offset + planned_bytes(a.place.bytes));
        for (const NamedTensor& b : tensors) {
            if (&a == &b || a.last < b.first || b.last < a.first) continue;
            const bool apart =
                a.place.offset + a.place.bytes <= b.place.offset || b.place.offset + b.place.bytes <= a.place.offset;
            CHECK(apart);
        }
    }
    CHECK(end == plan.total_bytes);

    const std::string chart = plan_chart<Trainer>(batch, 2, extras);
    check_well_formed(chart);
    CHECK(chart.starts_with("<svg "));
    CHECK(count(chart, "><title>") == count(chart, "</title></rect>"));
    CHECK(count(chart, "</title></rect>") == tensors.size());
    for (const NamedTensor& tensor : tensors)
        CHECK(count(chart, "<title>" + detail::xml_text(tensor.name) + "\n") == 1);
    CHECK(count(chart, detail::bytes_text(plan.total_bytes) + " in one block") == 1);
    CHECK(count(chart, "://") == 1);  // the name of SVG's vocabulary: nothing is loaded
    CHECK(count(chart, "<script") == 0);
    CHECK(count(chart, "height=\"0.0\"") + count(chart, "=\"-") + count(chart, "nan") == 0);
}

}  // namespace

TEST_CASE("every tensor of the plan is listed and drawn, and none lies where another lives") {
    check<SmallTrainer<>>({});
    check<SmallTrainer<ConcatBceLoss, SGD, twin::separate, FastNetwork>>({.average_weights = true});
    check<SmallTrainer<ContrastiveLoss, AdamW, twin::stacked>>({true, true, {.negatives = 3}});
}

TEST_CASE("a tensor says what it is, of which layer, and when it lives") {
    using Training = SmallTrainer<ContrastiveLoss, SGD, twin::separate, FastNetwork>;
    const auto steps = plan_steps<FastNetwork, Cpu<fp32>>();
    CHECK(steps.size() == 2 * 5 + 2);
    CHECK(steps[0].phase == "forward");
    CHECK(steps[0].label == "1-4 ConvBlock");
    CHECK(steps[2].label == "8-9 MapLinear");
    CHECK(steps[5].phase == "loss");
    CHECK(steps[6].phase == "backward");
    CHECK(steps[6].label == "11 BatchNorm1d");
    CHECK(steps[11].phase == "update");

    const std::string chart = plan_chart<Training>(batch_pairs{4});
    // 2 * 4 images of 8x8x32 numbers, which the second block's backward reads.
    CHECK(count(chart,
                "<title>output of 1-4 ConvBlock\nConvBlock&lt;Conv2d&lt;3, 32, 5, Padding&lt;2&gt;&gt;, "
                "BatchNorm2d&lt;32&gt;, MaxPool2d&lt;2&gt;&gt;\n64.0 KiB from ") == 1);
    CHECK(count(chart, "\nfrom forward 1-4 ConvBlock to backward 5-7 ConvBlock</title>") == 1);
    CHECK(count(chart, "<title>backbone.8.weight\nLinear&lt;4096, 64&gt;\n1.0 MiB from ") == 1);
    CHECK(count(chart, "gradient of backbone.8.weight") == 0);  // is streamed, so it has no place
    CHECK(count(chart, "at all steps") > 0);
}
