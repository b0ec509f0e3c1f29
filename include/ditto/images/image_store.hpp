// The images of a data set in memory: decoded once, kept as bytes at the size that augmentation needs.
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/core/parallel.hpp"
#include "ditto/core/shape.hpp"
#include "ditto/images/augmentation.hpp"
#include "ditto/images/image.hpp"
#include "ditto/images/image_file.hpp"
#include "ditto/images/recipe.hpp"
#include "ditto/images/resample.hpp"

namespace ditto {

/// Images ready to be turned into a network's input, by position. Without augmentation each is kept exactly as the
/// recipe makes it; with augmentation also what surrounds the crop and the detail that enlarging shows, as far as the
/// original has them. Reading from several threads is safe.
class ImageStore {
  public:
    /// Takes `count` images from `source(i)`, which returns an Image and is called once for each i, on up to `threads`
    /// threads at once. Rethrows what the first image in order throws. Throws Error if the recipe or the augmentation
    /// makes no sense or an image is empty.
    template <class Source>
    ImageStore(std::size_t count, const Source& source, const ImageRecipe& recipe,
               const std::optional<AugmentationSettings>& augmentation = std::nullopt,
               int threads = available_threads())
        : recipe_(recipe), augmentation_(augmentation), images_(count) {
        check(recipe);
        double zoom = 1.0;
        if (augmentation) {
            check(*augmentation);
            window_ = recipe.crop / std::min(1.0, recipe.crop * augmentation_reach(*augmentation, recipe));
            zoom = augmentation_zoom(*augmentation);
        }

        std::mutex mutex;  // guards the two below; `failed` may be read without it
        std::exception_ptr failure;
        std::atomic<std::size_t> failed = count;
        parallel_for(count, threads, [&](std::size_t i) {
            if (i > failed) return;
            try {
                images_[i] = reduced(source(i), zoom);
            } catch (...) {
                const std::lock_guard lock(mutex);
                if (i > failed) return;
                failed = i;
                failure = std::current_exception();
            }
        });
        if (failure) std::rethrow_exception(failure);
    }

    /// The same for images that are in memory already.
    ImageStore(std::vector<Image> images, const ImageRecipe& recipe,
               const std::optional<AugmentationSettings>& augmentation = std::nullopt,
               int threads = available_threads())
        : ImageStore(
              images.size(), [&](std::size_t i) { return std::move(images[i]); }, recipe, augmentation, threads) {}

    /// Keeps the images at these positions alone, in their order. Throws Error unless each is larger than the one
    /// before it, and an image's.
    void keep(std::span<const std::uint32_t> positions) {
        for (std::size_t i = 0; i < positions.size(); ++i)
            if (positions[i] >= images_.size() || (i > 0 && positions[i] <= positions[i - 1]))
                throw Error("image " + std::to_string(positions[i]) + " cannot be kept of " +
                            std::to_string(images_.size()) + "; name each once, in order");
        for (std::size_t i = 0; i < positions.size(); ++i)
            if (i != positions[i]) images_[i] = std::move(images_[positions[i]]);
        images_.resize(positions.size());
    }

    std::size_t size() const { return images_.size(); }    ///< images
    const ImageRecipe& recipe() const { return recipe_; }  ///< that the images were made by

    /// The augmentation that the store was made for, if any.
    const std::optional<AugmentationSettings>& augmentation() const { return augmentation_; }

    /// The part of each side of a stored image that the network sees without augmentation.
    double window() const { return window_; }

    /// The stored bytes of image i.
    const Image& image(std::size_t i) const { return images_[i]; }

    /// Throws Error unless the images are such as a network takes that is given `extents`.
    void require_extents(Extents extents) const {
        if (extents != Extents::spatial(recipe_.height, recipe_.width, 3))
            throw Error("images of " + size_text() +
                        " are not what this network takes; make their recipe as its input is");
    }

    /// Fills `output` [recipe().height, recipe().width, 3], values in [0, 1], with image i, augmented. Throws Error if
    /// it has another size.
    void sample(std::size_t i, const Augmentation& augmentation, std::span<float> output) const {
        if (output.size() != static_cast<std::size_t>(Extents::spatial(recipe_.height, recipe_.width, 3).size()))
            throw Error("an image of " + size_text() + " was asked for as " + std::to_string(output.size()) +
                        " numbers; make the recipe of the images as the network's input is");
        resample(images_[i], window_, augmentation, recipe_.height, recipe_.width, output);
    }

  private:
    std::string size_text() const {
        return std::to_string(recipe_.height) + " x " + std::to_string(recipe_.width) + " pixels in 3 channels";
    }

    /// The part of an original that is kept, at the recipe's resolution or, where the original has it, up to `zoom`
    /// times finer.
    Image reduced(const Image& original, double zoom) const {
        if (original.height < 1 || original.width < 1) throw Error("an image of the data set has no pixels; remove it");
        const double part = recipe_.crop / window_;
        const auto stored_size = [&](int recipe_size, int original_size) {
            const double size = recipe_size / window_;
            const double finest = std::min(size * zoom, original_size * part);
            return static_cast<int>(std::lround(std::max(size, finest)));
        };
        return crop_and_resize(original, part, stored_size(recipe_.height, original.height),
                               stored_size(recipe_.width, original.width));
    }

    ImageRecipe recipe_;
    std::optional<AugmentationSettings> augmentation_;
    double window_ = 1.0;  // fraction of each side of the stored images that the recipe's crop takes
    std::vector<Image> images_;
};

/// Decodes image files on up to `threads` threads: see load_image() and ImageStore. `paths` are relative to `folder`.
inline ImageStore load_images(const std::filesystem::path& folder, const std::vector<std::string>& paths,
                              const ImageRecipe& recipe,
                              const std::optional<AugmentationSettings>& augmentation = std::nullopt,
                              int threads = available_threads()) {
    return ImageStore(
        paths.size(), [&](std::size_t i) { return load_image(folder / paths[i]); }, recipe, augmentation, threads);
}

/// The images that could be read, and why the others could not.
struct ReadableImages {
    ImageStore images;
    std::vector<std::uint32_t> positions;          ///< among the paths, of each image
    std::map<std::uint32_t, std::string> reasons;  ///< of the others, by position
};

/// load_images(), but for images that cannot be read.
inline ReadableImages load_readable_images(const std::filesystem::path& folder, const std::vector<std::string>& paths,
                                           const ImageRecipe& recipe,
                                           const std::optional<AugmentationSettings>& augmentation = std::nullopt,
                                           int threads = available_threads()) {
    std::mutex mutex;  // guards `reasons`
    std::map<std::uint32_t, std::string> reasons;
    const auto source = [&](std::size_t i) {
        try {
            return load_image(folder / paths[i]);
        } catch (const Error& error) {
            const std::lock_guard lock(mutex);
            reasons.emplace(static_cast<std::uint32_t>(i), error.what());
            return Image{1, 1, {0, 0, 0}};  // stands there for a moment
        }
    };
    ReadableImages result{ImageStore(paths.size(), source, recipe, augmentation, threads), {}, {}};
    for (std::uint32_t i = 0; i < paths.size(); ++i)
        if (!reasons.contains(i)) result.positions.push_back(i);
    result.images.keep(result.positions);
    result.reasons = std::move(reasons);
    return result;
}

}  // namespace ditto
