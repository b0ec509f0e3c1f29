// The features of a gallery's images, kept in the gallery from one search to the next.
//
// A safetensors file, DIR/.ditto-<16 digits>.safetensors, for each set of weights: the digits are a hash of all that
// decides the features of an image but its pixels (feature_key), so that features of other weights are never taken, and
// several trained networks can share a gallery. Hidden in the gallery, it moves and goes with it. It may be removed.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "../support/compute.hpp"
#include "../support/face_verifier.hpp"
#include "gallery.hpp"

/// All that decides an image's features but the image, as a line of text. The weights count by their content: a copy or
/// another path is still the same, and a training that overwrites its file (which keeps the size) is never mistaken for
/// the one before; reading 544 MB takes a quarter of a second. Throws Error when they cannot be read.
std::string feature_key(const std::filesystem::path& weights, const support::VerifierInfo& info,
                        const support::Compute& compute);

/// Where the features of `key` are kept.
std::filesystem::path cache_file(const std::filesystem::path& gallery, const std::string& key);

struct CachedFeatures {
    std::vector<GalleryImage> images;  ///< path and stamp
    std::vector<float> features;       ///< [images, feature_size]
};

/// What a file holds. Throws Error when it cannot be read, is damaged, or was written for another key.
CachedFeatures read_cache(const std::filesystem::path& file, const std::string& key);

/// Writes the features, [images, feature_size], whole or not at all: two searches at once leave the file of one of
/// them. Throws Error when the file cannot be written.
void write_cache(const std::filesystem::path& file, const std::string& key, std::span<const GalleryImage> images,
                 std::span<const float> features);
