#include "data.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <ditto/core/hash.hpp>
#include <ditto/data/face_pairs.hpp>
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

ImagePairs load_list(const Options& options, const std::string& path, const ImageRecipe& recipe,
                     const Augmentation& augmentation) {
    const ditto::PairList list = ditto::read_pair_list(path);
    return {list.pairs, ditto::load_images(options.images, list.images, recipe, augmentation, options.threads),
            fingerprint(list)};
}

ImagePairs draw(const Options& options, const FacePairs& faces, const ImageRecipe& recipe,
                const Augmentation& augmentation) {
    const auto picture = [&](std::size_t position) { return faces.draw(position, recipe.height); };
    return {faces.pairs, ImageStore(faces.pictures(), picture, recipe, augmentation, options.threads),
            fmt::format("{} built-in people, seed {}", faces.people, faces.seed)};
}

TrainingData built_in_faces(const Options& options, const ImageRecipe& recipe, const Augmentation& augmentation) {
    const FacePairs train = ditto::training_face_pairs(options.seed, options.face_people);
    const FacePairs test = ditto::test_face_pairs(options.seed);
    return {fmt::format("built-in faces, {} pairs of {} people; to test with, {} pairs of {} other people",
                        train.pairs.size(), train.people, test.pairs.size(), test.people),
            draw(options, train, recipe, augmentation), draw(options, test, recipe, std::nullopt)};
}

}  // namespace

TrainingData load_data(const Options& options, const ImageRecipe& recipe) {
    const Augmentation augmentation = options.augment ? Augmentation(ditto::AugmentationSettings{}) : std::nullopt;
    if (options.faces) return built_in_faces(options, recipe, augmentation);
    const auto describe = [](const ImagePairs& part, const std::string& path) {
        return fmt::format("{} pairs of {} images from {}", part.pairs.size(), part.images.size(), path);
    };
    ImagePairs train = load_list(options, options.train, recipe, augmentation);
    std::string description = describe(train, options.train);
    ImagePairs test{{}, ImageStore(std::vector<ditto::Image>{}, recipe), ""};
    if (!options.test.empty()) {
        test = load_list(options, options.test, recipe, std::nullopt);
        description += "; to test with, " + describe(test, options.test);
    }
    return {std::move(description), std::move(train), std::move(test)};
}
