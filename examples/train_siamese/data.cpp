#include "data.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <ditto/data/faces.hpp>
#include <optional>
#include <string_view>
#include <utility>

namespace {

using ditto::ImageRecipe, ditto::ImageStore, ditto::Pair, ditto::PairLabel, ditto::PairList;
using Augmentation = std::optional<ditto::AugmentationSettings>;

// FNV-1a.
std::string fingerprint(const PairList& list) {
    std::uint64_t hash = 14695981039346656037ULL;
    const auto mix = [&](std::string_view text) {
        for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    };
    for (const Pair& pair : list.pairs)
        mix(fmt::format("{}\n{}\n{}\n", list.images[pair.left], list.images[pair.right], static_cast<int>(pair.label)));
    return fmt::format("{:016x}", hash);
}

ImagePairs load_list(const std::string& folder, const std::string& path, const ImageRecipe& recipe,
                     const Augmentation& augmentation, int threads) {
    PairList list = ditto::read_pair_list(path);
    return {list.pairs, ditto::load_images(folder, list.images, recipe, augmentation, threads), fingerprint(list)};
}

constexpr std::uint32_t pictures_per_person = 4;
// People of test pairs come from here on: none of them is in a training pair.
constexpr std::uint64_t first_test_person = std::uint64_t{1} << 40;
constexpr std::uint32_t test_people = 50;

std::uint32_t picture_of(std::uint32_t person, std::uint32_t picture) {
    return pictures_per_person * person + picture;
}

// Two pairs for each person; every picture is in one pair.
std::vector<Pair> training_face_pairs(std::uint32_t people) {
    std::vector<Pair> pairs;
    for (std::uint32_t person = 0; person < people; ++person) {
        pairs.push_back({picture_of(person, 0), picture_of(person, 1), PairLabel::same});
        pairs.push_back({picture_of(person, 2), picture_of((person + 1) % people, 3), PairLabel::different});
    }
    return pairs;
}

// Twelve pairs for each person: all that its pictures make, and as many with the next six people.
std::vector<Pair> test_face_pairs(std::uint32_t people) {
    std::vector<Pair> pairs;
    for (std::uint32_t person = 0; person < people; ++person) {
        std::uint32_t other = person;
        for (std::uint32_t a = 0; a < pictures_per_person; ++a)
            for (std::uint32_t b = a + 1; b < pictures_per_person; ++b) {
                other = (other + 1) % people;
                pairs.push_back({picture_of(person, a), picture_of(person, b), PairLabel::same});
                pairs.push_back({picture_of(person, a), picture_of(other, b), PairLabel::different});
            }
    }
    return pairs;
}

ImagePairs draw_faces(std::vector<Pair> pairs, std::uint64_t seed, std::uint64_t first_person, std::uint32_t people,
                      const ImageRecipe& recipe, const Augmentation& augmentation, int threads) {
    const auto draw = [&](std::size_t i) {
        return ditto::draw_face(seed, first_person + i / pictures_per_person,
                                static_cast<std::uint32_t>(i % pictures_per_person), recipe.height);
    };
    return {std::move(pairs),
            ImageStore(std::size_t{people} * pictures_per_person, draw, recipe, augmentation, threads),
            fmt::format("{} built-in faces, seed {}", people, seed)};
}

}  // namespace

TrainingData load_data(const Options& options, const ImageRecipe& recipe) {
    const Augmentation augmentation = options.augment ? Augmentation(ditto::AugmentationSettings{}) : std::nullopt;
    if (options.faces) {
        const std::uint32_t people = options.face_pairs / 2;
        return {fmt::format("built-in faces, {} pairs of {} people; to test with, {} pairs of {} other people",
                            2 * people, people, 12 * test_people, test_people),
                draw_faces(training_face_pairs(people), options.seed, 0, people, recipe, augmentation, options.threads),
                draw_faces(test_face_pairs(test_people), options.seed, first_test_person, test_people, recipe,
                           std::nullopt, options.threads)};
    }
    TrainingData data{"", load_list(options.images, options.train, recipe, augmentation, options.threads),
                      options.test.empty()
                          ? ImagePairs{{}, ImageStore(std::vector<ditto::Image>{}, recipe), ""}
                          : load_list(options.images, options.test, recipe, std::nullopt, options.threads)};
    data.description =
        fmt::format("{} pairs of {} images from {}", data.train.pairs.size(), data.train.images.size(), options.train);
    if (!options.test.empty())
        data.description += fmt::format("; to test with, {} pairs of {} images from {}", data.test.pairs.size(),
                                        data.test.images.size(), options.test);
    return data;
}
