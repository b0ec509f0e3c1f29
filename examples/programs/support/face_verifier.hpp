// The face network with the weights of a file, whichever loss they were trained with. Compiled once, in
// face_verifier.cpp, for all programs that use trained weights.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "compute.hpp"
#include "ditto/evaluate/platt.hpp"
#include "ditto/images/recipe.hpp"
#include "ditto/model/feature_recipe.hpp"
#include "ditto/model/pair_verifier.hpp"

namespace support {

/// Numbers in the features of one image.
inline constexpr std::size_t feature_size = 1024;

/// What a weights file says about its use.
struct VerifierInfo {
    std::string network;                            ///< one of face_network_names
    std::string loss;                               ///< Loss::name
    ditto::ScoreKind score_kind;                    ///< what a pair's score is
    std::optional<double> threshold;                ///< between same and different
    ditto::ImageRecipe recipe;                      ///< how images become the network's input
    ditto::FeatureRecipe features;                  ///< how its output becomes features
    std::optional<ditto::Calibration> calibration;  ///< from a distance to a probability

    const char* score_name() const { return score_kind == ditto::ScoreKind::distance ? "distance" : "probability"; }
};

/// A trained network, frozen: ditto's verifier, and which of the programs' networks it has.
class FaceVerifier : public ditto::PairVerifier {
  public:
    FaceVerifier(VerifierInfo info, ditto::PairVerifier verifier)
        : ditto::PairVerifier(std::move(verifier)), info_(std::move(info)) {}

    const VerifierInfo& info() const { return info_; }

  private:
    VerifierInfo info_;
};

/// Loads weights to embed `images` images with, in as many passes as it takes. What the file does not say is assumed,
/// with a note on stderr: the loss from the shape of the head, and the recipe's defaults. Throws Error when the file
/// cannot be read or does not fit the network, the loss or the recipe, or its device cannot be had.
std::unique_ptr<FaceVerifier> load_verifier(const std::filesystem::path& weights, std::size_t images,
                                            const Compute& compute);

}  // namespace support
