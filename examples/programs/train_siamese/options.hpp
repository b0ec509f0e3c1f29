// The settings of train_siamese: what they are. All else that is known of them is in the table of option_rows.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "../support/compute.hpp"

struct Options : support::Compute {
    std::string images, train, test;  // a folder, and lists of pairs of images in it
    bool allow_outside = false;       // of that folder: paths in lists
    double test_people = 0.0;         // fraction of the people that is kept for the test, instead of a list
    bool faces = false;               // built-in faces instead
    std::uint32_t face_people = 640;  // to train on, two pairs each

    std::string recipe;  // settings under one name: "faces"

    std::string network = "face";  // or "compact"
    std::string loss = "contrastive";
    double margin = 40.0;       // the networks' features start about 45 apart
    std::size_t negatives = 0;  // mined for each image of a batch
    bool semi_hard = false;
    std::string twin = "separate";
    std::string optimizer = "adam";
    double lr = 1e-3;
    double momentum = 0.9;
    bool nesterov = false;
    double weight_decay = 0.0;
    std::string schedule = "constant";
    std::int64_t warm_up = 0;  // steps

    std::uint32_t epochs = 10;
    std::size_t batch = 16;  // pairs
    bool augment = true;
    double augmentation = 1.0;  // how strong
    bool shuffle = true;
    std::string sample = "pairs";       // or "people"
    double validation_people = 0.0;     // fraction
    double average = 0.0;               // of the past that each step keeps; 0: no average
    std::size_t statistics_images = 0;  // 0: BatchNorm's statistics are those of the steps
    bool mirror = false;                // features at test time: mean with the mirror image's
    bool normalize = false;             // features at test time: length 1
    double crop = 1.0;
    std::uint64_t seed = 1;

    std::string engines;  // on CUDA: file of choices between cuDNN's engines; empty: nothing is measured

    std::string init;  // weights to start from
    std::string run;   // directory
    bool resume = false;
    double save_interval = 300.0;     // seconds
    std::string unreadable = "stop";  // or "skip"
};
