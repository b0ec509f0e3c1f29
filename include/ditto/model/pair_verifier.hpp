// Do two images show the same person? A network with all that its answer depends on besides the weights: how images are
// prepared, how features are made of its output, where the threshold lies, and how probable a distance is.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/core/pair_label.hpp"
#include "ditto/evaluate/platt.hpp"
#include "ditto/evaluate/roc.hpp"
#include "ditto/images/image_file.hpp"
#include "ditto/images/image_store.hpp"
#include "ditto/images/recipe.hpp"
#include "ditto/model/embed_images.hpp"
#include "ditto/model/embedder.hpp"
#include "ditto/model/feature_recipe.hpp"
#include "ditto/model/weights_info.hpp"
#include "ditto/network/summary.hpp"

namespace ditto {

/// The answer to a pair of images.
struct Verification {
    PairLabel label;  ///< on which side of the threshold the score is
    double score;     ///< distance or probability: see PairVerifier::score_kind
    double threshold;
    /// That both images show the same person: the score where it is one, none for a distance without a calibration.
    std::optional<double> probability;
};

namespace detail {

/// The recipe by which images become the input of a network. Throws Error, calling the weights `name`, where there is
/// none, or one of another size.
inline ImageRecipe require_image_recipe(const std::optional<ImageRecipe>& recipe, Extents input,
                                        const std::string& name) {
    if (!recipe)
        throw Error(name + ": it is not known how images become the network's input; give WeightsInfo::recipe");
    check(*recipe);
    if (input != Extents::spatial(recipe->height, recipe->width, 3))
        throw Error(name + ": its image recipe is '" + to_string(*recipe) + "', but the network takes " +
                    to_string(input) + "; use weights of this network");
    return *recipe;
}

}  // namespace detail

/// A network, and what its weights say of their use. Its answers are those of the programs. Several threads may ask
/// one that holds an Inference; their calls wait for one another.
class PairVerifier {
  public:
    /// `network` has its weights already; `info` is what came with them, with an image recipe of the network's input
    /// size. `threads` prepare images. Errors call the weights `name`. Throws Error where the recipe is missing or does
    /// not fit, or a number is not finite.
    PairVerifier(std::unique_ptr<Embedder> network, const WeightsInfo& info, int threads = 1,
                 std::string name = "the weights")
        : network_(std::move(network)),
          threads_(threads),
          name_(std::move(name)),
          image_recipe_(detail::require_image_recipe(info.recipe, network_->image_extents(), name_)),
          feature_recipe_(info.features.value_or(FeatureRecipe{})),
          calibration_(info.calibration) {
        detail::require_sense(info, name_, score_kind());
        if (info.threshold) set_threshold(*info.threshold);
    }

    /// Do the two images show the same person? Throws Error where there is no threshold, or no finite score.
    Verification verify(const Image& left, const Image& right) const {
        require_threshold();
        const std::array both{&left, &right};
        return decide(score_of(embed_each(2, [&](std::size_t i) -> const Image& { return *both[i]; })));
    }
    /// The same of two image files. Throws Error also where one cannot be decoded.
    Verification verify(const std::filesystem::path& left, const std::filesystem::path& right) const {
        require_threshold();
        const std::array both{&left, &right};
        return decide(score_of(embed_each(2, [&](std::size_t i) { return load_image(*both[i]); })));
    }
    /// The answer to a pair of this score. Throws Error where there is no threshold, or the score is not finite.
    Verification decide(double score) const {
        const double threshold = require_threshold();
        require_finite(score);
        const bool same = accepts(score_kind(), threshold, score);
        return {same ? PairLabel::same : PairLabel::different, score, threshold, probability(score)};
    }

    /// The features of images of any size, in their order: [images, feature_count()]. Throws Error where one has no
    /// pixels, or features are not finite.
    std::vector<float> embed(std::span<const Image> images) const {
        return embed_each(images.size(), [&](std::size_t i) -> const Image& { return images[i]; });
    }
    /// Decodes image files (`paths` relative to `folder`) and hands their features, in order, to `take`: some images at
    /// a time, each time [images, feature_count()]. Throws Error for a file that cannot be decoded, too.
    void embed_files(const std::filesystem::path& folder, std::span<const std::string> paths,
                     const std::function<void(std::span<const float>)>& take) const {
        const std::size_t pass = network_->capacity_images();
        for (std::size_t first = 0; first < paths.size(); first += pass) {
            const auto now = paths.subspan(first, std::min(pass, paths.size() - first));
            take(embed_each(now.size(), [&](std::size_t i) { return load_image(folder / now[i]); }));
        }
    }

    /// The distance or probability of a pair of features, [feature_count()] each. Throws Error where it is not finite.
    double score(std::span<const float> left, std::span<const float> right) const {
        double score = 0.0;
        network_->score(left, right, std::span(&score, 1));
        require_finite(score);
        return score;
    }
    /// The probability that a pair of this score shows the same person; none for a distance without a calibration.
    std::optional<double> probability(double score) const {
        if (score_kind() == ScoreKind::probability) return score;
        if (!calibration_) return std::nullopt;
        return calibration_->probability(score);
    }

    /// Decides by this threshold from now on, in the unit of the score. Throws Error for what no score can be. Not
    /// while another thread asks.
    void set_threshold(double threshold) {
        if (!is_threshold(threshold, score_kind()))
            throw Error(name_ + ": the threshold between same and different is " + detail::number_text(threshold) +
                        "; give a finite " +
                        (score_kind() == ScoreKind::distance ? "distance, 0 or more" : "probability, from 0 to 1"));
        threshold_ = threshold;
    }

    const std::optional<double>& threshold() const { return threshold_; }           ///< if there is one
    const ImageRecipe& image_recipe() const { return image_recipe_; }               ///< from image to network
    const FeatureRecipe& feature_recipe() const { return feature_recipe_; }         ///< from its output to features
    const std::optional<Calibration>& calibration() const { return calibration_; }  ///< from score to probability
    ScoreKind score_kind() const { return network_->score_kind(); }                 ///< what a score is
    std::size_t feature_count() const { return network_->feature_count(); }         ///< numbers of one image's features

  private:
    double require_threshold() const {
        if (!threshold_)
            throw Error(name_ +
                        ": there is no threshold between same and different; find one on pairs that had no part in "
                        "training (evaluate_pairs, or calibrate_threshold) and give it to set_threshold");
        return *threshold_;
    }
    void require_finite(double score) const {
        if (!std::isfinite(score))
            throw Error(name_ + ": the score of a pair is " + detail::number_text(score) +
                        ", no finite number; the weights are damaged, train again");
    }

    // The features of `count` images: image(i) gives one, and may be called by several threads.
    template <class Source>
    std::vector<float> embed_each(std::size_t count, const Source& image) const {
        const ImageStore store(count, image, image_recipe_, std::nullopt, threads_);
        std::vector<std::uint32_t> all(count);
        std::iota(all.begin(), all.end(), 0U);
        return embed_images(*network_, store, all, feature_recipe_, threads_);
    }
    double score_of(std::span<const float> both) const {
        return score(both.first(feature_count()), both.last(feature_count()));
    }

    std::unique_ptr<Embedder> network_;
    int threads_;
    std::string name_;
    ImageRecipe image_recipe_;
    FeatureRecipe feature_recipe_;
    std::optional<Calibration> calibration_;
    std::optional<double> threshold_{};
};

}  // namespace ditto
