// The face network with the weights of a file, whichever loss they were trained with. Compiled once, in
// face_verifier.cpp, for all programs that use trained weights.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "compute.hpp"
#include "ditto/evaluate/platt.hpp"
#include "ditto/images/recipe.hpp"
#include "ditto/model/embedder.hpp"
#include "ditto/model/feature_recipe.hpp"

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

/// A trained network, frozen.
class FaceVerifier {
  public:
    FaceVerifier(VerifierInfo info, std::unique_ptr<ditto::Embedder> network, std::size_t pass_images, int threads);

    const VerifierInfo& info() const { return info_; }

    /// Decodes image files (`paths` relative to `folder`), prepares them as the recipe says, and hands their features,
    /// made as theirs says, in order, to `take`: some images at a time, each time [images, feature_size]. Throws Error
    /// for a file that cannot be decoded, and where features are not finite.
    void embed_files(const std::filesystem::path& folder, std::span<const std::string> paths,
                     const std::function<void(std::span<const float>)>& take);

    /// The distance or probability of a pair of features. Throws Error where it is not finite.
    double score(std::span<const float> left, std::span<const float> right) const;

    /// The probability that a pair of this score shows the same person: the score itself, where it is one; none for a
    /// distance that the weights have no calibration for.
    std::optional<double> probability(double score) const;

  private:
    VerifierInfo info_;
    std::unique_ptr<ditto::Embedder> network_;
    std::size_t pass_images_;
    int threads_;
};

/// Loads weights to embed `images` images with, in as many passes as it takes. What the file does not say is assumed,
/// with a note on stderr: the loss from the shape of the head, and the recipe's defaults. Throws Error when the file
/// cannot be read or does not fit the network, the loss or the recipe, or its device cannot be had.
std::unique_ptr<FaceVerifier> load_verifier(const std::filesystem::path& weights, std::size_t images,
                                            const Compute& compute);

}  // namespace support
