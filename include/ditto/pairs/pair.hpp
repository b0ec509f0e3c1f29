// Pairs of images, by their position in a list of images.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "ditto/core/pair_label.hpp"

namespace ditto {

/// Two images, by their position in a list of images, and whether they show the same person.
struct Pair {
    std::uint32_t left = 0;
    std::uint32_t right = 0;
    PairLabel label = PairLabel::different;
    std::uint32_t fold = 0;  // part of a cross-validation that the pair belongs to
    std::uint32_t line = 0;  // of the file that names it, from 1; 0: none does
};

/// The pairs of a file in its order, and each image they name once, in order of appearance.
struct PairList {
    std::vector<std::string> images;  // paths relative to a folder of images, in their shortest form: a.png for ./a.png
    std::vector<Pair> pairs;
    std::uint32_t folds = 1;
    /// [images] equal where two names are of one picture (see find_images()); empty: nobody looked.
    std::vector<std::uint32_t> pictures{};
};

/// The list with the images at these positions alone, which ascend, and the pairs of two of them.
inline PairList kept_images(const PairList& list, std::span<const std::uint32_t> positions) {
    PairList kept{{}, {}, list.folds};
    std::unordered_map<std::uint32_t, std::uint32_t> places;
    for (const std::uint32_t position : positions) {
        places.emplace(position, static_cast<std::uint32_t>(kept.images.size()));
        kept.images.push_back(list.images.at(position));
        if (!list.pictures.empty()) kept.pictures.push_back(list.pictures.at(position));
    }
    for (Pair pair : list.pairs) {
        const auto left = places.find(pair.left), right = places.find(pair.right);
        if (left == places.end() || right == places.end()) continue;
        pair.left = left->second;
        pair.right = right->second;
        kept.pairs.push_back(pair);
    }
    return kept;
}

/// Images, by their position in some list, each once; and pairs of positions among these.
struct NamedImages {
    std::vector<std::uint32_t> images;
    std::vector<Pair> pairs;
};

/// The images `first`, and then those that the pairs name besides, in order of appearance.
inline NamedImages named_images(std::span<const Pair> pairs, std::span<const std::uint32_t> first = {}) {
    NamedImages named{{}, {pairs.begin(), pairs.end()}};
    std::unordered_map<std::uint32_t, std::uint32_t> places;
    const auto place = [&](std::uint32_t image) {
        const auto [entry, is_new] = places.try_emplace(image, static_cast<std::uint32_t>(named.images.size()));
        if (is_new) named.images.push_back(image);
        return entry->second;
    };
    for (const std::uint32_t image : first) place(image);
    for (Pair& pair : named.pairs) {
        pair.left = place(pair.left);
        pair.right = place(pair.right);
    }
    return named;
}

}  // namespace ditto
