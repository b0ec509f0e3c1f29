// evaluate_pairs: how well a trained network tells the pairs of a list apart.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <ditto/core/clean_text.hpp>
#include <ditto/core/error.hpp>
#include <ditto/evaluate/brier.hpp>
#include <ditto/evaluate/folds.hpp>
#include <ditto/evaluate/roc.hpp>
#include <ditto/evaluate/standard_errors.hpp>
#include <ditto/images/image_file.hpp>
#include <ditto/pairs/find_images.hpp>
#include <ditto/pairs/pair_list.hpp>
#include <ditto/pairs/people_names.hpp>
#include <ditto/report/report.hpp>
#include <ditto/training/evaluation.hpp>
#include <ditto/training/metrics.hpp>
#include <ditto/version.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "support/face_report.hpp"
#include "support/face_verifier.hpp"
#include "support/list_notes.hpp"
#include "support/note.hpp"
#include "support/print_json.hpp"
#include "support/program.hpp"

namespace {

using ditto::PairLabel, ditto::PairList, ditto::RocCurve, ditto::RocPoint;
using support::VerifierInfo;

constexpr std::array false_accept_limits = {0.1, 0.01, 0.001};
constexpr std::size_t text_points = 11, json_points = 201;  // of the ROC curve, at most

struct Arguments {
    std::string weights, images, pairs;
    std::string report;  // the page to write; empty: none
    bool allow_outside = false;
    bool by_folds = false;
    std::uint32_t folds = 0;  // 0: the list's own folds, or 10 where it has none
    bool json = false;
    support::Compute compute;
};

struct Findings {
    std::size_t images = 0;
    std::optional<double> accuracy, balanced_accuracy;  // at the stored threshold
    std::optional<ditto::FoldedAccuracy> folded;
    RocCurve curve;
    ditto::StandardErrors errors{};
    std::optional<double> brier{};  // where scores are, or become, probabilities
};

// The fold of every pair: [pairs].
std::vector<std::uint32_t> folds_of(const PairList& list, std::uint32_t folds) {
    if (folds != 0 || list.folds < 2) return ditto::make_folds(ditto::pair_labels(list.pairs), folds != 0 ? folds : 10);
    std::vector<std::uint32_t> fold_of_pair;
    for (const ditto::Pair& pair : list.pairs) fold_of_pair.push_back(pair.fold);
    return fold_of_pair;
}

// Where one kind of pairs is rarer, a threshold that is most accurate may be that which always gives the other answer.
ditto::AccuracyKind accuracy_kind(const RocCurve& curve) {
    return curve.same == curve.different ? ditto::AccuracyKind::plain : ditto::AccuracyKind::balanced;
}

// Everything that can be wrong with the list, found before minutes of computing.
void check_pairs(const PairList& list, const Arguments& arguments) {
    const std::vector<PairLabel> labels = ditto::pair_labels(list.pairs);
    const std::vector<double> scores(labels.size());
    const auto kind = ditto::ScoreKind::distance;
    const RocCurve curve = roc_curve(scores, labels, kind);
    if (arguments.by_folds)
        folded_accuracy(scores, labels, kind, folds_of(list, arguments.folds), accuracy_kind(curve));
}

// The features of every image of the list: [images, feature_size].
std::vector<float> embed_list(support::FaceVerifier& verifier, const PairList& list,
                              const std::filesystem::path& folder) {
    std::vector<float> features;
    features.reserve(list.images.size() * support::feature_size);
    verifier.embed_files(folder, list.images,
                         [&](auto batch) { features.insert(features.end(), batch.begin(), batch.end()); });
    return features;
}

// The score of every pair: [pairs].
std::vector<double> score_pairs(const support::FaceVerifier& verifier, const PairList& list,
                                std::span<const float> features) {
    const auto of_image = [&](std::size_t image) {
        return features.subspan(image * support::feature_size, support::feature_size);
    };
    std::vector<double> scores;
    for (const ditto::Pair& pair : list.pairs)
        scores.push_back(verifier.score(of_image(pair.left), of_image(pair.right)));
    return scores;
}

Findings evaluate(const support::FaceVerifier& verifier, std::span<const double> scores, const PairList& list,
                  const Arguments& arguments) {
    const std::vector<PairLabel> labels = ditto::pair_labels(list.pairs);
    const VerifierInfo& info = verifier.info();
    const ditto::ScoreKind kind = info.score_kind;
    Findings result{list.images.size(), {}, {}, {}, roc_curve(scores, labels, kind)};
    if (info.threshold) {
        result.accuracy = accuracy_at(scores, labels, kind, *info.threshold);
        result.balanced_accuracy = balanced_accuracy_at(scores, labels, kind, *info.threshold);
    }
    if (arguments.by_folds)
        result.folded =
            folded_accuracy(scores, labels, kind, folds_of(list, arguments.folds), accuracy_kind(result.curve));
    result.errors = standard_errors(scores, labels, kind, info.threshold, false_accept_limits);
    std::vector<double> probabilities;
    for (const double score : scores)
        if (const auto probability = verifier.probability(score)) probabilities.push_back(*probability);
    if (probabilities.size() == scores.size()) result.brier = ditto::brier_score(probabilities, labels);
    return result;
}

// What --report shows.
ditto::ReportData report_data(const Arguments& arguments, const VerifierInfo& info, const PairList& list,
                              std::vector<double> scores, std::span<const float> features) {
    ditto::ReportData data;
    data.title = "Evaluation of " + arguments.weights;
    data.program = "evaluate_pairs " + std::string(ditto::version_string);
    data.pairs_name = "Pairs of " + arguments.pairs;
    data.score_kind = info.score_kind;
    data.threshold = info.threshold;
    data.pairs = list.pairs;
    data.scores = std::move(scores);
    data.images = list.images;
    data.picture = [&](std::size_t image) {
        return support::network_view(ditto::load_image(std::filesystem::path(arguments.images) / list.images[image]),
                                     info.recipe.crop);
    };
    support::add_map(data, person_names(list, likely_people(list)), [&](std::size_t image) {
        return features.subspan(image * support::feature_size, support::feature_size);
    });
    data.layers = support::face_network_table(info.network);
    data.settings = {{"weights", arguments.weights},
                     {"loss", info.loss},
                     {"score", info.score_name()},
                     {"recipe", to_string(info.recipe)},
                     {"features", to_string(info.features)},
                     {"images", arguments.images},
                     {"pairs", arguments.pairs},
                     {"device", arguments.compute.device},
                     {"precision", arguments.compute.precision}};
    data.times = {{"written", support::time_text()}};
    return data;
}

// At most `count` points of the curve, evenly spread, with the first and the last.
std::vector<RocPoint> thinned(const RocCurve& curve, std::size_t count) {
    const std::size_t last = curve.points.size() - 1, steps = std::min(count - 1, last);
    std::vector<RocPoint> points;
    for (std::size_t i = 0; i <= steps; ++i) points.push_back(curve.points[i * last / steps]);
    return points;
}

nlohmann::ordered_json json_of(const ditto::StandardErrors& errors) {
    nlohmann::ordered_json json = {{"accuracy", nullptr},
                                   {"auc", errors.area},
                                   {"eer", errors.equal_error_rate},
                                   {"tar_at_far", nlohmann::ordered_json::array()}};
    if (errors.accuracy) json["accuracy"] = *errors.accuracy;
    for (std::size_t i = 0; i < false_accept_limits.size(); ++i)
        json["tar_at_far"].push_back({{"far", false_accept_limits[i]}, {"tar", errors.true_accept_rates[i]}});
    return json;
}

void print_json(const Arguments& arguments, const VerifierInfo& info, const Findings& result) {
    const RocCurve& curve = result.curve;
    nlohmann::ordered_json json = {
        {"weights", arguments.weights},
        {"loss", info.loss},
        {"recipe", to_string(info.recipe)},
        {"features", to_string(info.features)},
        {"pairs",
         {{"file", arguments.pairs}, {"same", curve.same}, {"different", curve.different}, {"images", result.images}}},
        {"score", info.score_name()},
        {"threshold", nullptr},
        {"accuracy", nullptr},
        {"balanced_accuracy", nullptr},
        {"base_rate", curve.base_rate()},
        {"folds", nullptr},
        {"auc", curve.area()},
        {"eer", curve.equal_error_rate()},
        {"tar_at_far", nlohmann::ordered_json::array()},
        {"brier", nullptr},
        {"standard_errors", json_of(result.errors)},
        {"roc", nlohmann::ordered_json::array()}};
    if (info.threshold) json["threshold"] = *info.threshold;
    if (result.accuracy) json["accuracy"] = *result.accuracy;
    if (result.balanced_accuracy) json["balanced_accuracy"] = *result.balanced_accuracy;
    if (result.brier) json["brier"] = *result.brier;
    if (result.folded) {
        nlohmann::ordered_json folds = nlohmann::ordered_json::array();
        for (const ditto::FoldAccuracy& fold : result.folded->folds)
            folds.push_back({{"threshold", fold.threshold}, {"accuracy", fold.accuracy}});
        json["folds"] = {{"mean", result.folded->mean},
                         {"standard_error", result.folded->standard_error},
                         {"balanced", accuracy_kind(curve) == ditto::AccuracyKind::balanced},
                         {"each", folds}};
    }
    for (const double limit : false_accept_limits)
        json["tar_at_far"].push_back({{"far", limit}, {"tar", curve.true_accept_rate_at(limit)}});
    for (const RocPoint& point : thinned(curve, json_points))
        json["roc"].push_back({{"threshold", point.threshold},
                               {"far", curve.false_accept_rate(point)},
                               {"tar", curve.true_accept_rate(point)}});
    support::print_json(json);
}

void print_text(const Arguments& arguments, const VerifierInfo& info, const Findings& result) {
    const RocCurve& curve = result.curve;
    const auto line = [](const std::string& name, const std::string& value) { fmt::print("{:<44}{}\n", name, value); };
    const auto percent = [](double share) { return fmt::format("{:.2f} %", 100 * share); };
    const auto with_error = [&](double share, double error) {
        return fmt::format("{} (standard error {})", percent(share), percent(error));
    };
    fmt::print("{} ({}), {}, features {}\n", ditto::clean_text(arguments.weights), info.loss, to_string(info.recipe),
               to_string(info.features));
    fmt::print("{}: {} same and {} different pairs of {} images\n\n", ditto::clean_text(arguments.pairs), curve.same,
               curve.different, result.images);
    const ditto::StandardErrors& errors = result.errors;
    if (result.accuracy)
        line(fmt::format("accuracy at the stored threshold, {:.6g}", *info.threshold),
             with_error(*result.accuracy, *errors.accuracy));
    else
        line("accuracy at the stored threshold", "none is stored");
    line(fmt::format("base rate: accuracy of always \"{}\"", curve.same > curve.different ? "same" : "different"),
         percent(curve.base_rate()));
    if (result.balanced_accuracy && curve.same != curve.different)
        line("balanced accuracy, both kinds alike", percent(*result.balanced_accuracy));
    if (result.folded)
        line(fmt::format("{}, best threshold by {} folds",
                         curve.same == curve.different ? "accuracy" : "balanced accuracy", result.folded->folds.size()),
             with_error(result.folded->mean, result.folded->standard_error));
    line("area under the ROC curve", fmt::format("{:.4f} (standard error {:.4f})", curve.area(), errors.area));
    line("equal error rate", with_error(curve.equal_error_rate(), errors.equal_error_rate));
    for (std::size_t i = 0; i < false_accept_limits.size(); ++i)
        line(fmt::format("true accept rate at false accept rate {:g}", false_accept_limits[i]),
             with_error(curve.true_accept_rate_at(false_accept_limits[i]), errors.true_accept_rates[i]));
    if (result.brier) line("Brier score of the probabilities", fmt::format("{:.4f}", *result.brier));
    fmt::print("\nROC  {:>12}  {:>13}  {:>12}\n", info.score_name(), "false accepts", "true accepts");
    for (const RocPoint& point : thinned(curve, text_points))
        fmt::print("     {:>12.6g}  {:>13}  {:>12}\n", point.threshold, percent(curve.false_accept_rate(point)),
                   percent(curve.true_accept_rate(point)));
}

int run(const Arguments& arguments) {
    const auto [list, notes] = ditto::find_images(ditto::read_pair_list(arguments.pairs), arguments.images,
                                                  {arguments.pairs, arguments.allow_outside});
    check_pairs(list, arguments);
    for (const std::string& note : notes) support::note(note);
    for (const std::string& note : support::list_notes(list, arguments.pairs)) support::note(note);
    if (!arguments.report.empty()) ditto::require_report(arguments.report);
    const auto verifier = support::load_verifier(arguments.weights, list.images.size(), arguments.compute);
    const std::vector<float> features = embed_list(*verifier, list, arguments.images);
    const std::vector<double> scores = score_pairs(*verifier, list, features);
    const Findings result = evaluate(*verifier, scores, list, arguments);
    (arguments.json ? print_json : print_text)(arguments, verifier->info(), result);
    if (arguments.report.empty()) return 0;
    ditto::write_report(arguments.report, report_data(arguments, verifier->info(), list, scores, features));
    if (!arguments.json) fmt::print("\nreport: {}\n", ditto::clean_text(arguments.report));
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Measures how well a trained network tells the pairs of a list apart.", "evaluate_pairs");
    Arguments arguments;
    support::add_weights_option(app, arguments.weights);
    app.add_option("--images", arguments.images, "The folder that the list's paths are relative to")->required();
    app.add_option("--pairs", arguments.pairs, "The list: rows 'pathA pathB label', or LFW's or CPLFW's own forms")
        ->required();
    app.add_flag("--allow-outside", arguments.allow_outside, "Accept paths in the list that lead out of the folder");
    const CLI::Option* folds =
        app.add_option("--folds", arguments.folds,
                       "Also the best-threshold accuracy by folds, no threshold chosen on the pairs it scores: the "
                       "list's own folds, or else 10; with a number, that many")
            ->expected(0, 1)
            ->check(CLI::Range(2, 1000000));
    app.add_option("--report", arguments.report,
                   "Also write a page with curves, the worst errors and a map of people (.html; needs gnuplot)");
    app.add_flag("--json", arguments.json, "Print one JSON object");
    support::add_compute_options(app, arguments.compute);
    return support::run_program(app, argc, argv, [&] {
        arguments.by_folds = folds->count() > 0;
        return run(arguments);
    });
}
