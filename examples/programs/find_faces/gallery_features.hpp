// The features of a gallery, from where they are kept and from the network.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "../support/face_verifier.hpp"
#include "gallery.hpp"

/// Where features are kept.
struct FeatureStore {
    std::filesystem::path file;
    std::string key;
};

struct UnusableImage {
    std::string path;  ///< relative to the gallery
    std::string reason;
};

struct GalleryFeatures {
    Gallery gallery;                      ///< the images that have features
    std::vector<float> features;          ///< [images, feature_size]
    std::vector<UnusableImage> unusable;  ///< the others
    std::size_t embedded = 0;             ///< images that went through the network now
};

/// The features of all images. Those that `store` has of unchanged files are taken from it; only the others go through
/// the network, with progress on stderr, and `store` then holds just the gallery as it is. What is wrong with the store
/// is a note on stderr, and so is each image that cannot be decoded. Throws Error when no image can be used.
GalleryFeatures gallery_features(support::FaceVerifier& verifier, const Gallery& gallery,
                                 const std::optional<FeatureStore>& store);
