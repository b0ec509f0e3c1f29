#include "gallery_features.hpp"

#include <algorithm>
#include <chrono>
#include <ditto/core/error.hpp>
#include <ditto/images/image_file.hpp>
#include <map>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include "../support/note.hpp"
#include "embedding_progress.hpp"
#include "feature_cache.hpp"

namespace {

using ditto::Error, support::feature_size;
using Clock = std::chrono::steady_clock;

constexpr std::size_t images_at_once = 128;              // a whole pass on any device
constexpr auto between_saves = std::chrono::minutes(2);  // what a user who stops the program loses, at most

class GalleryEmbedding {
  public:
    GalleryEmbedding(support::FaceVerifier& verifier, const Gallery& gallery, const std::optional<FeatureStore>& store)
        : verifier_(verifier),
          gallery_(gallery),
          store_(store),
          features_(gallery.images.size() * feature_size),
          has_features_(gallery.images.size()) {}

    GalleryFeatures run() {
        const std::size_t stored = take_stored();
        std::vector<std::size_t> missing;
        for (std::size_t i = 0; i < gallery_.images.size(); ++i)
            if (!has_features_[i]) missing.push_back(i);
        embed(missing);
        const std::size_t embedded = missing.size() - unusable_.size();
        GalleryFeatures result{filtered(gallery_, has_features_), compact_features(), std::move(unusable_), embedded};
        if (result.gallery.images.empty())
            throw Error(gallery_.folder.string() + ": none of its " + std::to_string(gallery_.images.size()) +
                        " images can be decoded; replace them");
        if (embedded > 0 || stored > result.gallery.images.size()) save(result.gallery.images, result.features);
        return result;
    }

  private:
    // Fills in what is stored of unchanged files; returns how many images the store has.
    std::size_t take_stored() {
        std::error_code failure;
        if (!store_ || !std::filesystem::exists(std::filesystem::symlink_status(store_->file, failure))) return 0;
        CachedFeatures cached;
        try {
            cached = read_cache(store_->file, store_->key);
        } catch (const Error& error) {
            support::note(std::string(error.what()) + "; the features of the gallery are computed anew");
            return 0;
        }
        std::map<std::string_view, std::size_t> row_of_path;
        for (std::size_t row = 0; row < cached.images.size(); ++row) row_of_path[cached.images[row].path] = row;
        for (std::size_t i = 0; i < gallery_.images.size(); ++i) {
            const auto found = row_of_path.find(gallery_.images[i].path);
            if (found == row_of_path.end() || cached.images[found->second].stamp != gallery_.images[i].stamp) continue;
            put(i, std::span(cached.features).subspan(found->second * feature_size, feature_size));
        }
        return cached.images.size();
    }

    void put(std::size_t image, std::span<const float> features) {
        std::ranges::copy(features, features_.begin() + static_cast<std::ptrdiff_t>(image * feature_size));
        has_features_[image] = true;
    }

    void embed(std::span<const std::size_t> missing) {
        EmbeddingProgress progress(missing.size());
        auto saved = Clock::now();
        for (std::size_t first = 0; first < missing.size(); first += images_at_once) {
            const auto now = missing.subspan(first, std::min(images_at_once, missing.size() - first));
            embed_piece(now, progress);
            progress.show(first + now.size());
            if (Clock::now() - saved < between_saves) continue;
            progress.clear();
            save(filtered(gallery_, has_features_).images, compact_features());
            saved = Clock::now();
        }
    }

    void embed_piece(std::span<const std::size_t> images, EmbeddingProgress& progress) {
        try {
            embed_all(images);
        } catch (const Error&) {
            // Which images it was is found by decoding each alone; if none, something else is wrong.
            progress.clear();
            std::vector<std::size_t> good;
            for (const std::size_t i : images)
                if (is_usable(i)) good.push_back(i);
            if (good.size() == images.size()) throw;
            embed_all(good);
        }
    }

    void embed_all(std::span<const std::size_t> images) {
        std::vector<std::string> paths;
        for (const std::size_t i : images) paths.push_back(gallery_.images[i].path);
        auto next = images.begin();
        verifier_.embed_files(gallery_.folder, paths, [&](std::span<const float> batch) {
            for (; !batch.empty(); batch = batch.subspan(feature_size)) put(*next++, batch.first(feature_size));
        });
    }

    bool is_usable(std::size_t i) {
        try {
            ditto::load_image(gallery_.folder / gallery_.images[i].path);
            return true;
        } catch (const Error& error) {
            support::note("left out: " + std::string(error.what()));
            unusable_.push_back({gallery_.images[i].path, error.what()});
            return false;
        }
    }

    std::vector<float> compact_features() const {
        std::vector<float> compact;
        for (std::size_t i = 0; i < gallery_.images.size(); ++i)
            if (has_features_[i])
                compact.insert(compact.end(), features_.begin() + static_cast<std::ptrdiff_t>(i * feature_size),
                               features_.begin() + static_cast<std::ptrdiff_t>((i + 1) * feature_size));
        return compact;
    }

    void save(std::span<const GalleryImage> images, std::span<const float> features) {
        if (!store_ || cannot_save_) return;
        try {
            write_cache(store_->file, store_->key, images, features);
        } catch (const Error& error) {
            cannot_save_ = true;
            support::note("the gallery's features are not kept for the next search: " + std::string(error.what()) +
                          "; or use --no-cache");
        }
    }

    support::FaceVerifier& verifier_;
    const Gallery& gallery_;
    const std::optional<FeatureStore>& store_;
    std::vector<float> features_;     // [images, feature_size]
    std::vector<bool> has_features_;  // [images]
    std::vector<UnusableImage> unusable_;
    bool cannot_save_ = false;
};

}  // namespace

GalleryFeatures gallery_features(support::FaceVerifier& verifier, const Gallery& gallery,
                                 const std::optional<FeatureStore>& store) {
    return GalleryEmbedding(verifier, gallery, store).run();
}
