// The pairs to train on and to test with, and their images.
#pragma once

#include <ditto/images/image_store.hpp>
#include <ditto/pairs/pair_list.hpp>
#include <ditto/pairs/people_sampler.hpp>
#include <optional>
#include <string>
#include <vector>

#include "options.hpp"

/// Pairs and the images that they name.
struct ImagePairs {
    std::vector<ditto::Pair> pairs;
    ditto::ImageStore images;
    std::vector<std::string> names;   // of the images: a path, or "person 7/picture 2"
    std::vector<std::string> people;  // the name of the person on each image
    std::string source;               // where they come from: a list's path, say
    std::string fingerprint;          // of which pairs of which images these are
};

struct TrainingData {
    std::string description;                        // a line
    ImagePairs train;                               // without pairs of people held out
    std::optional<ditto::PeopleSampler> sampler{};  // where pairs are drawn anew for each epoch
    std::vector<ditto::Pair> validation;            // of train.images: pairs of the people held out
    ImagePairs test;                                // without augmentation; empty where there are none
};

/// Decodes or draws all images. `warnings` gets what makes a training or its figures worth little, as soon as it is
/// known: it may tell why an error comes. Throws Error for a list or an image that cannot be read.
TrainingData load_data(const Options& options, const ditto::ImageRecipe& recipe, std::vector<std::string>& warnings);
