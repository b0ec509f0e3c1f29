#include "data.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <ditto/core/hash.hpp>
#include <ditto/faces/face_pairs.hpp>
#include <ditto/pairs/people_split.hpp>
#include <numeric>
#include <optional>
#include <string_view>
#include <utility>

namespace {

using ditto::FacePairs, ditto::ImageRecipe, ditto::ImageStore;
using Augmentation = std::optional<ditto::AugmentationSettings>;

std::string fingerprint(const ditto::PairList& list) {
    ditto::Fnv1a hash;
    for (const ditto::Pair& pair : list.pairs)
        hash.mix(
            fmt::format("{}\n{}\n{}\n", list.images[pair.left], list.images[pair.right], static_cast<int>(pair.label)));
    return hash.digits();
}

ImagePairs load_list(const Options& options, const ditto::PairList& list, const ImageRecipe& recipe,
                     const Augmentation& augmentation) {
    return {list.pairs, ditto::load_images(options.images, list.images, recipe, augmentation, options.threads),
            fingerprint(list)};
}

ImagePairs draw(const Options& options, const FacePairs& faces, const ImageRecipe& recipe,
                const Augmentation& augmentation) {
    const auto picture = [&](std::size_t position) { return faces.draw(position, recipe.height); };
    return {faces.pairs, ImageStore(faces.pictures(), picture, recipe, augmentation, options.threads),
            fmt::format("{} built-in people, seed {}", faces.people, faces.seed)};
}

bool needs_people(const Options& options) {
    return options.validation_people > 0.0 || options.sample == "people";
}

// Holds people out and makes the sampler, as the options say.
void use_people(const Options& options, const ditto::People& people, TrainingData& data) {
    std::vector<std::uint32_t> images(people.person_of_image.size());
    std::iota(images.begin(), images.end(), 0U);
    if (options.validation_people > 0.0) {
        ditto::PeopleSplit split = hold_people_out(data.train.pairs, people, options.validation_people, options.seed);
        data.description += fmt::format(
            "\n      held out to validate on: {} of {} people, {} pairs of them; {} pairs are left to train on",
            split.held_out, people.count, split.validation.size(), split.training.size());
        data.train.pairs = std::move(split.training);
        data.validation = std::move(split.validation);
        images = std::move(split.training_images);
    }
    if (options.sample != "people") return;
    data.sampler.emplace(people, images);
    data.description += fmt::format(
        "\n      drawn anew each epoch: {} pairs, {} of them same, of all {} images of the people to train on",
        data.sampler->pairs(), data.sampler->same_pairs(), images.size());
}

TrainingData built_in_faces(const Options& options, const ImageRecipe& recipe, const Augmentation& augmentation) {
    const FacePairs train = ditto::training_face_pairs(options.seed, options.face_people);
    const FacePairs test = ditto::test_face_pairs(options.seed);
    TrainingData data{fmt::format("built-in faces, {} pairs of {} people; to test with, {} pairs of {} other people",
                                  train.pairs.size(), train.people, test.pairs.size(), test.people),
                      draw(options, train, recipe, augmentation),
                      std::nullopt,
                      {},
                      draw(options, test, recipe, std::nullopt)};
    if (needs_people(options)) use_people(options, train.people_of_pictures(), data);
    return data;
}

}  // namespace

TrainingData load_data(const Options& options, const ImageRecipe& recipe) {
    const Augmentation augmentation =
        options.augment ? Augmentation(ditto::scaled(ditto::AugmentationSettings{}, options.augmentation))
                        : std::nullopt;
    if (options.faces) return built_in_faces(options, recipe, augmentation);
    const auto describe = [](const ImagePairs& part, const std::string& path) {
        return fmt::format("{} pairs of {} images from {}", part.pairs.size(), part.images.size(), path);
    };
    const ditto::PairList list = ditto::read_pair_list(options.train);
    ImagePairs train = load_list(options, list, recipe, augmentation);
    std::string description = describe(train, options.train);
    ImagePairs test{{}, ImageStore(std::vector<ditto::Image>{}, recipe), ""};
    if (!options.test.empty()) {
        test = load_list(options, ditto::read_pair_list(options.test), recipe, std::nullopt);
        description += "; to test with, " + describe(test, options.test);
    }
    TrainingData data{std::move(description), std::move(train), std::nullopt, {}, std::move(test)};
    if (needs_people(options)) use_people(options, ditto::people_of(list), data);
    return data;
}
