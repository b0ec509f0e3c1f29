// verify_faces: do two images show the same person?
// Prints the answer, the distance or probability, the threshold, and the probability of a distance where the weights
// know it; exits 0 for same, 1 for different, 2 for an error.
#include <cstdio>
#include <ditto/core/error.hpp>
#include <ditto/model/pair_verifier.hpp>
#include <optional>
#include <string>
#include <vector>

#include "support/checks.hpp"
#include "support/face_verifier.hpp"
#include "support/program.hpp"

namespace {

constexpr int exit_same = 0, exit_different = 1, exit_error = 2;

int verify(const std::string& weights, const std::vector<std::string>& images, std::optional<double> threshold,
           const support::Compute& compute) {
    const auto verifier = support::load_verifier(weights, images.size(), compute);
    if (threshold) verifier->set_threshold(*threshold);
    if (!verifier->threshold()) throw ditto::Error(weights + " stores no threshold; give one with --threshold");

    const ditto::Verification answer = verifier->verify(images.front(), images.back());
    const bool same = answer.label == ditto::PairLabel::same;
    std::printf("%s  %s %.6g  threshold %.6g", same ? "same" : "different", verifier->info().score_name(), answer.score,
                answer.threshold);
    if (verifier->score_kind() == ditto::ScoreKind::distance && answer.probability)
        std::printf("  probability of the same person %.4f", *answer.probability);
    std::printf("\n");
    return same ? exit_same : exit_different;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Tells whether two images show the same person. Exits 0 for same, 1 for different, 2 for an error.",
                 "verify_faces");
    std::string weights;
    std::vector<std::string> images;
    std::optional<double> threshold;
    support::Compute compute;
    support::add_weights_option(app, weights);
    app.add_option("images", images, "The two images (JPEG, PNG, PGM or PPM)")->required()->expected(2);
    app.add_option("--threshold", threshold, "Instead of the one stored with the weights")
        ->check(support::finite_number());
    support::add_compute_options(app, compute);
    return support::run_program(
        app, argc, argv, [&] { return verify(weights, images, threshold, compute); }, exit_error);
}
