#include "report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <ditto/core/random.hpp>
#include <ditto/model/feature_recipe.hpp>
#include <ditto/report/report.hpp>
#include <ditto/training/evaluation.hpp>
#include <string>
#include <utility>
#include <vector>

#include "../support/face_report.hpp"
#include "../support/note.hpp"
#include "option_rows.hpp"
#include "trainers.hpp"

namespace {

constexpr std::size_t most_pairs = 1000;  // to score for a report alone

// The settings that had a part in this training.
ditto::ReportFacts settings(const Options& options) {
    ditto::ReportFacts facts = option_table().facts(options);
    for (auto& [name, value] : facts) std::ranges::replace(name, '-', ' ');
    facts.emplace(facts.begin(), "command", option_table().command("train_siamese", options, !options.recipe.empty()));
    return facts;
}

ditto::ReportData report_data(const Options& options, const ditto::RunDirectory& directory, ditto::AnyTrainer& trainer,
                              const TrainingData& data, const TrainingResult& result) {
    const bool test = !data.test.pairs.empty(), held_out = !test && !data.validation.empty();
    const ImagePairs& shown = test ? data.test : data.train;
    const ditto::FeatureRecipe recipe{options.mirror, options.normalize};

    ditto::ReportData report;
    report.title = "Training in " + directory.path().string();
    report.pairs_name = (test       ? "Test pairs of "
                         : held_out ? "Pairs of the people held out of "
                                    : "Training pairs of ") +
                        shown.source;
    report.score_kind = trainer.score_kind();
    report.threshold = result.threshold;
    report.best_epoch = result.best_epoch;
    if (result.floors) report.floor = result.floors->higher();
    report.pairs = held_out ? data.validation : shown.pairs;
    report.scores = result.scores;
    if (!test) {
        if (report.pairs.size() > most_pairs) {
            ditto::Random(options.seed, ditto::RandomPurpose::pairing, 1)
                .shuffle(report.pairs.begin(), report.pairs.end());
            report.pairs.resize(most_pairs);
            report.pairs_name = fmt::format("{} of the {}", most_pairs, report.pairs_name);
        }
        report.scores = score_images(trainer, shown.images, report.pairs, options.threads, recipe);
        report.notes.emplace_back(
            held_out
                ? "The pairs of this page are of people whom the network was not trained on, but the threshold and "
                  "the best epoch were chosen on them. Pairs of other people (--test) would tell more."
                : "The pairs of this page are pairs that the network was trained on, because no others were given "
                  "(--test). On people whom it has not seen it does worse.");
    }

    std::vector<std::string> people = shown.people;
    if (held_out) {  // people whom the network was trained on would make the map look too good
        std::vector<std::string> of_pairs(people.size());
        for (const ditto::Pair& pair : data.validation)
            for (const std::uint32_t image : {pair.left, pair.right}) of_pairs[image] = people[image];
        people = std::move(of_pairs);
    }
    report.images = shown.names;
    report.picture = [&](std::size_t image) {
        return support::network_view(shown.images.image(image), shown.images.window());
    };
    std::vector<float> features;
    support::add_map(report, people, [&](std::size_t image) {
        features =
            embed_images(trainer, shown.images, std::array{static_cast<std::uint32_t>(image)}, recipe, options.threads);
        return std::span<const float>(features);
    });
    report.metrics = ditto::read_metrics(directory.metrics());
    report.layers = support::face_network_table(options.network);
    report.memory = trainer_memory(options).chart;
    report.settings = settings(options);
    report.times = {{"written", support::time_text()}};
    return report;
}

}  // namespace

void write_training_report(const Options& options, const std::string& program, const ditto::RunDirectory& directory,
                           ditto::AnyTrainer& trainer, const TrainingData& data, const TrainingResult& result,
                           ditto::Progress& progress) {
    try {
        ditto::require_report(directory.report());
        ditto::ReportData report = report_data(options, directory, trainer, data, result);
        report.program = program;
        ditto::write_report(directory.report(), report);
        progress.line("report: " + directory.report().string());
    } catch (const std::exception& error) {
        support::note(fmt::format("{} was not written: {}; then: train_siamese --run {} --resume",
                                  directory.report().string(), error.what(),
                                  support::quoted(directory.path().string())));
    }
}
