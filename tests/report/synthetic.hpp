// A report's data, made up: everything that a report can show.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "ditto/core/random.hpp"
#include "ditto/ditto.hpp"
#include "ditto/faces/faces.hpp"
#include "ditto/report/report_data.hpp"
#include "ditto/trainer/plan_chart.hpp"

/// `pairs` pairs of `people` people with 6 images each, built-in faces, of which about one in nine is told apart
/// wrongly.
inline ditto::ReportData synthetic_report(std::uint32_t pairs = 1000, std::uint32_t people = 100) {
    using ditto::PairLabel;
    constexpr std::uint32_t images = 6;
    ditto::ReportData data;
    data.title = "Training in runs/7";
    data.program = "synthetic 1.0";
    data.pairs_name = "Test pairs of made up people";
    data.notes = {"None of these people exists."};
    data.threshold = 1.0;
    ditto::Random random(1, ditto::RandomPurpose::test);
    std::vector<std::string> person_of_image;
    for (std::uint32_t i = 0; i < people * images; ++i) {
        person_of_image.push_back("Person " + std::to_string(i / images + 1));
        data.images.push_back(person_of_image.back() + "/picture " + std::to_string(i % images + 1) + ".jpg");
    }
    for (std::uint32_t i = 0; i < pairs; ++i) {
        const bool same = i % 2 == 0;
        const std::uint32_t left = random.below(people), picture = random.below(images);
        const std::uint32_t right = same ? left : (left + 1 + random.below(people - 1)) % people;
        data.pairs.push_back({images * left + picture, images * right + (picture + 1) % images,
                              same ? PairLabel::same : PairLabel::different});
        data.scores.push_back(std::abs((same ? 0.7 : 1.3) + 0.25 * random.normal()));
    }
    data.picture = [](std::size_t image) {
        return ditto::draw_face(1, image / images, static_cast<std::uint32_t>(image % images), 96);
    };
    data.people = ditto::choose_people(person_of_image);
    data.feature_count = 8;
    for (const ditto::MapPerson& person : data.people) {
        std::vector<double> centre(data.feature_count);
        for (double& value : centre) value = random.normal();
        for (std::size_t i = 0; i < person.images.size(); ++i)
            for (const double value : centre)
                data.map_features.push_back(static_cast<float>(value + 0.5 * random.normal()));
    }
    std::string metrics = "epoch,pairs,loss,accuracy,equal_error_rate,validation_accuracy,seconds\n";
    for (int epoch = 1; epoch <= 12; ++epoch) {
        const auto number = [&](double last, double change) { return std::to_string(last + change / epoch) + ","; };
        metrics += std::to_string(epoch) + ",2200," + number(0.1, 1.0) + number(0.95, -0.4) + number(0.05, 0.4) +
                   (epoch % 2 == 0 ? number(0.85, -0.3) : ",") + "12.5\n";
    }
    data.metrics = ditto::parse_metrics(metrics, "metrics");
    data.layers = {{"Conv2d<3, 64, 5, Padding<2>>", "128x128x64", 4864, 157'286'400},
                   {"Flatten", "1048576", 0, 0},
                   {"Linear<1048576, 16>", "16", 16'777'232, 33'554'432}};
    using Network = ditto::Sequential<ditto::Shape<4, 4, 3>, ditto::Flatten, ditto::Linear<48, 8>>;
    using Training =
        ditto::Trainer<ditto::Siamese<Network, ditto::ContrastiveLoss>, ditto::SGD, ditto::Cpu<ditto::fp32>>;
    data.memory = ditto::plan_chart<Training>(ditto::batch_pairs{32});
    data.settings = {{"loss", "contrastive"}, {"learning rate", "0.001"}};
    data.times = {{"written", "2026-01-31 12:00 UTC"}};
    return data;
}
