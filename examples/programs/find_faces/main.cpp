// find_faces: who of a folder of people do images show?
// Prints, for each image, the most alike people of the gallery, each by the image that is most alike.
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ditto/core/clean_text.hpp>
#include <ditto/core/error.hpp>
#include <ditto/evaluate/nearest.hpp>
#include <ditto/evaluate/roc.hpp>
#include <ditto/training/metrics.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "../support/checks.hpp"
#include "../support/face_verifier.hpp"
#include "../support/print_json.hpp"
#include "../support/program.hpp"
#include "feature_cache.hpp"
#include "gallery.hpp"
#include "gallery_features.hpp"

namespace {

using ditto::RowScore, support::FaceVerifier, support::feature_size, support::VerifierInfo;

struct Arguments {
    std::string weights, gallery;
    std::vector<std::string> queries;
    std::size_t top = 5;
    std::optional<double> threshold;
    bool json = false;
    bool no_cache = false;
    support::Compute compute;
};

struct Seconds {
    double load = 0, query = 0, gallery = 0, search = 0;
};

struct Findings {
    GalleryFeatures gallery;
    std::optional<double> threshold;             // between same and different
    std::vector<std::vector<RowScore>> nearest;  // [queries, people]: rows are the gallery's images
    Seconds seconds;
};

// Runs some work and adds the time it takes.
template <class Work>
auto timed(double& seconds, const Work& work) {
    const auto begin = std::chrono::steady_clock::now();
    auto result = work();
    seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return result;
}

std::vector<std::uint32_t> people_of(const Gallery& gallery) {
    std::vector<std::uint32_t> people;
    for (const GalleryImage& image : gallery.images) people.push_back(image.person);
    return people;
}

std::vector<std::vector<RowScore>> nearest_people(const FaceVerifier& verifier, const GalleryFeatures& gallery,
                                                  std::span<const float> queries, const Arguments& arguments) {
    const std::vector<std::uint32_t> people = people_of(gallery.gallery);
    const ditto::ScoreKind kind = verifier.info().score_kind;
    if (kind == ditto::ScoreKind::distance)
        return ditto::NearestRows(gallery.features, feature_size, people, arguments.compute.threads)
            .find(queries, arguments.top);
    // A probability is no distance: the head must see every pair.
    std::vector<std::vector<RowScore>> found;
    for (std::size_t query = 0; query < queries.size(); query += feature_size) {
        std::vector<RowScore> scores;
        for (std::size_t row = 0; row < people.size(); ++row)
            scores.push_back(
                {row, verifier.score(queries.subspan(query, feature_size),
                                     std::span(gallery.features).subspan(row * feature_size, feature_size))});
        found.push_back(best_groups(std::move(scores), people, arguments.top, kind));
    }
    return found;
}

std::optional<FeatureStore> feature_store(const Arguments& arguments, const VerifierInfo& info,
                                          const FileStamp& weights_before) {
    if (arguments.no_cache) return std::nullopt;
    const std::string key = feature_key(arguments.weights, info, arguments.compute);
    if (file_stamp(arguments.weights) != weights_before)
        throw ditto::Error(arguments.weights + " changed while it was read; search again when it is complete");
    return FeatureStore{cache_file(arguments.gallery, key), key};
}

void print_text(const Arguments& arguments, const FaceVerifier& verifier, const Findings& findings) {
    const VerifierInfo& info = verifier.info();
    const Gallery& gallery = findings.gallery.gallery;
    const auto name_of = [&](const RowScore& each) {
        return ditto::clean_text(gallery.people[gallery.images[each.row].person]);
    };
    for (std::size_t query = 0; query < findings.nearest.size(); ++query) {
        fmt::print("{}\n", ditto::clean_text(arguments.queries[query]));
        std::size_t width = 0;
        for (const RowScore& each : findings.nearest[query]) width = std::max(width, name_of(each).size());
        for (std::size_t i = 0; i < findings.nearest[query].size(); ++i) {
            const RowScore& each = findings.nearest[query][i];
            const GalleryImage& image = gallery.images[each.row];
            std::string line =
                fmt::format("{:>4}  {:<{}}  {} {:<11.6g}", i + 1, name_of(each), width, info.score_name(), each.score);
            if (findings.threshold)
                line += accepts(info.score_kind, *findings.threshold, each.score) ? "  same     " : "  different";
            if (info.score_kind == ditto::ScoreKind::distance && info.calibration)
                line += fmt::format("  probability {:.4f}", *verifier.probability(each.score));
            if (gallery.images_of[image.person] > 1) line += "  " + ditto::clean_text(image.path);
            fmt::print("{}\n", line.substr(0, line.find_last_not_of(' ') + 1));
        }
    }
}

void print_json(const Arguments& arguments, const FaceVerifier& verifier, const Findings& findings) {
    const VerifierInfo& info = verifier.info();
    using Json = nlohmann::ordered_json;
    const Gallery& gallery = findings.gallery.gallery;
    Json unusable = Json::array(), queries = Json::array();
    for (const UnusableImage& image : findings.gallery.unusable)
        unusable.push_back({{"image", image.path}, {"reason", image.reason}});
    for (std::size_t query = 0; query < findings.nearest.size(); ++query) {
        Json people = Json::array();
        for (const RowScore& each : findings.nearest[query]) {
            const GalleryImage& image = gallery.images[each.row];
            Json same = nullptr, probability = nullptr;
            if (const auto known = verifier.probability(each.score)) probability = *known;
            if (findings.threshold) same = accepts(info.score_kind, *findings.threshold, each.score);
            people.push_back({{"person", gallery.people[image.person]},
                              {"score", each.score},
                              {"probability", probability},
                              {"same", same},
                              {"image", image.path},
                              {"images", gallery.images_of[image.person]}});
        }
        queries.push_back({{"image", arguments.queries[query]}, {"nearest", people}});
    }
    Json json = {{"weights", arguments.weights},
                 {"loss", info.loss},
                 {"recipe", to_string(info.recipe)},
                 {"features", to_string(info.features)},
                 {"score", info.score_name()},
                 {"threshold", nullptr},
                 {"gallery",
                  {{"folder", arguments.gallery},
                   {"people", gallery.people.size()},
                   {"images", gallery.images.size()},
                   {"embedded", findings.gallery.embedded},
                   {"unusable", unusable}}},
                 {"seconds",
                  {{"load_weights", findings.seconds.load},
                   {"embed_queries", findings.seconds.query},
                   {"load_gallery", findings.seconds.gallery},
                   {"search", findings.seconds.search}}},
                 {"queries", queries}};
    if (findings.threshold) json["threshold"] = *findings.threshold;
    support::print_json(json);
}

int run(const Arguments& arguments) {
    const Gallery gallery = scan_gallery(arguments.gallery);
    const FileStamp weights = file_stamp(arguments.weights);
    Findings findings;
    const auto verifier = timed(findings.seconds.load, [&] {
        return support::load_verifier(arguments.weights, std::max(gallery.images.size(), arguments.queries.size()),
                                      arguments.compute);
    });
    findings.threshold = arguments.threshold ? arguments.threshold : verifier->info().threshold;
    // Before the gallery, which may take long.
    const std::vector<float> queries = timed(findings.seconds.query, [&] {
        std::vector<float> features;  // [queries, feature_size]
        verifier->embed_files("", arguments.queries,
                              [&](auto batch) { features.insert(features.end(), batch.begin(), batch.end()); });
        return features;
    });
    findings.gallery = timed(findings.seconds.gallery, [&] {
        return gallery_features(*verifier, gallery, feature_store(arguments, verifier->info(), weights));
    });
    findings.nearest =
        timed(findings.seconds.search, [&] { return nearest_people(*verifier, findings.gallery, queries, arguments); });
    (arguments.json ? print_json : print_text)(arguments, *verifier, findings);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app(
        "Finds the people of a folder who are most alike to those of some images. The features of the folder's images "
        "are kept in it, in a hidden file, so that only new or changed images are embedded the next time.",
        "find_faces");
    Arguments arguments;
    support::add_weights_option(app, arguments.weights);
    app.add_option("--gallery", arguments.gallery,
                   "The folder: for each person a sub-folder, all images in which are of that person, or one image")
        ->required();
    app.add_option("images", arguments.queries, "Whom to find (JPEG, PNG, PGM or PPM)")->required();
    app.add_option("--top", arguments.top, "People to name for each image")
        ->check(CLI::Range(1, 1000000))
        ->capture_default_str();
    app.add_option("--threshold", arguments.threshold, "Between same and different, instead of the weights' own")
        ->check(support::finite_number());
    app.add_flag("--no-cache", arguments.no_cache, "Embed the whole gallery, and keep nothing");
    app.add_flag("--json", arguments.json, "Print one JSON object");
    support::add_compute_options(app, arguments.compute);
    return support::run_program(app, argc, argv, [&] { return run(arguments); });
}
