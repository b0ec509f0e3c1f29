#include "data.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <ditto/core/clean_text.hpp>
#include <ditto/core/hash.hpp>
#include <ditto/faces/face_pairs.hpp>
#include <ditto/pairs/find_images.hpp>
#include <ditto/pairs/pair_list.hpp>
#include <ditto/pairs/people_folder.hpp>
#include <ditto/pairs/people_names.hpp>
#include <ditto/pairs/people_split.hpp>
#include <ditto/pairs/people_text.hpp>
#include <ditto/pairs/test_people.hpp>
#include <numeric>
#include <optional>
#include <utility>

#include "../support/list_notes.hpp"
#include "data_warnings.hpp"

namespace {

using ditto::FacePairs, ditto::ImageRecipe, ditto::ImageStore, ditto::PairList;
using Augmentation = std::optional<ditto::AugmentationSettings>;

std::string fingerprint(const PairList& list) {
    ditto::Fnv1a hash;
    for (const ditto::Pair& pair : list.pairs)
        hash.mix(
            fmt::format("{}\n{}\n{}\n", list.images[pair.left], list.images[pair.right], static_cast<int>(pair.label)));
    return hash.digits();
}

// A list of pairs, and where it comes from.
struct SourcedList {
    PairList list;
    std::string source;
    ditto::People people{};  // on its images, by the list as it was written
};

// The images of a list that can be read; it then has no others.
ImageStore load_readable(const Options& options, SourcedList& from, const ImageRecipe& recipe,
                         const Augmentation& augmentation, std::vector<std::string>& warnings) {
    ditto::ReadableImages readable =
        ditto::load_readable_images(options.images, from.list.images, recipe, augmentation, options.threads);
    if (readable.reasons.empty()) return std::move(readable.images);
    PairList kept = kept_images(from.list, readable.positions);
    const std::string first = readable.reasons.begin()->second;
    if (kept.pairs.empty()) throw ditto::Error(first + " (and no pair of " + from.source + " has two images that can)");
    for (const auto& [position, reason] : readable.reasons) warnings.push_back("left out: " + reason);
    warnings.push_back(fmt::format("{}: left out {} of {} images, which cannot be read, and with them {} of {} pairs",
                                   from.source, readable.reasons.size(), from.list.images.size(),
                                   from.list.pairs.size() - kept.pairs.size(), from.list.pairs.size()));
    from.list = std::move(kept);
    from.people = kept_people(from.people, readable.positions);
    return std::move(readable.images);
}

ImagePairs load_list(const Options& options, SourcedList& from, const ImageRecipe& recipe,
                     const Augmentation& augmentation, std::vector<std::string>& warnings) {
    ImageStore images = options.unreadable == "skip" ? load_readable(options, from, recipe, augmentation, warnings)
                                                     : ditto::load_images(options.images, from.list.images, recipe,
                                                                          augmentation, options.threads);
    const PairList& list = from.list;
    return {list.pairs,  std::move(images), list.images, person_names(list, from.people),
            from.source, fingerprint(list)};
}

ImagePairs draw(const Options& options, const FacePairs& faces, const ImageRecipe& recipe,
                const Augmentation& augmentation) {
    const auto picture = [&](std::size_t position) { return faces.draw(position, recipe.height); };
    PairList list{{}, faces.pairs};
    for (std::size_t i = 0; i < faces.pictures(); ++i)
        list.images.push_back(
            fmt::format("person {}/picture {}", i / faces.pictures_per_person + 1, i % faces.pictures_per_person + 1));
    std::vector<std::string> people = person_names(list, likely_people(list));
    return {faces.pairs,
            ImageStore(faces.pictures(), picture, recipe, augmentation, options.threads),
            std::move(list.images),
            std::move(people),
            "built-in faces",
            fmt::format("{} built-in people, seed {}", faces.people, faces.seed)};
}

bool needs_people(const Options& options) {
    return options.validation_people > 0.0 || options.sample == "people";
}

// Holds people out and makes the sampler, as the options say.
void use_people(const Options& options, const ditto::People& people, TrainingData& data,
                std::vector<std::string>& warnings) {
    std::vector<std::uint32_t> images(people.person_of_image.size());
    std::iota(images.begin(), images.end(), 0U);
    if (options.validation_people > 0.0) {
        ditto::PeopleSplit split = hold_people_out(data.train.pairs, people, options.validation_people, options.seed);
        data.description += fmt::format(
            "\n      held out to validate on: {} of {} people, {} pairs of them; {} pairs are left to train on",
            split.held_out, people.group_count(), split.validation.size(), split.training.size());
        if (auto warning = validation_warning(split)) warnings.push_back(std::move(*warning));
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

TrainingData built_in_faces(const Options& options, const ImageRecipe& recipe, const Augmentation& augmentation,
                            std::vector<std::string>& warnings) {
    const FacePairs train = ditto::training_face_pairs(options.seed, options.face_people);
    const FacePairs test = ditto::test_face_pairs(options.seed);
    TrainingData data{fmt::format("built-in faces, {} pairs of {} people; to test with, {} pairs of {} other people",
                                  train.pairs.size(), train.people, test.pairs.size(), test.people),
                      draw(options, train, recipe, augmentation),
                      std::nullopt,
                      {},
                      draw(options, test, recipe, std::nullopt)};
    if (needs_people(options)) use_people(options, train.people_of_pictures(), data, warnings);
    return data;
}

struct Lists {
    SourcedList train, test;
    std::string people{};  // by what they are known, where some were taken out to test with
};

SourcedList take_notes(ditto::FoundImages found, std::string source, std::vector<std::string>& warnings) {
    for (std::string& note : found.notes) warnings.push_back(std::move(note));
    for (std::string& note : support::list_notes(found.list, source)) warnings.push_back(std::move(note));
    return {std::move(found.list), std::move(source)};
}

SourcedList read_list(const Options& options, const std::string& path, std::vector<std::string>& warnings) {
    const ditto::ImageSearch search{path, options.allow_outside};
    return take_notes(ditto::find_images(ditto::read_pair_list(path), options.images, search), path, warnings);
}

Lists read_lists(const Options& options, std::vector<std::string>& warnings) {
    Lists lists;
    if (options.train.empty())
        lists.train = take_notes(ditto::find_people(options.images), "the folders of " + options.images, warnings);
    else
        lists.train = read_list(options, options.train, warnings);
    const bool must_know = needs_people(options) || options.test_people > 0.0;  // else people are shown alone
    lists.train.people = must_know ? people_of(lists.train.list) : likely_people(lists.train.list);
    if (options.test_people > 0.0) {
        lists.people = people_text(lists.train.people, options.train);
        ditto::TestPeople parts = take_test_people(lists.train.list, lists.train.people, options.test_people);
        lists.train.list = std::move(parts.training);
        lists.train.people = std::move(parts.people);
        lists.test = {std::move(parts.test), fmt::format("{} people of {}", parts.count, lists.train.source)};
    } else if (!options.test.empty()) {
        lists.test = read_list(options, options.test, warnings);
    }
    lists.test.people = likely_people(lists.test.list);
    return lists;
}

TrainingData own_images(const Options& options, const ImageRecipe& recipe, const Augmentation& augmentation,
                        std::vector<std::string>& warnings) {
    Lists lists = read_lists(options, warnings);
    SourcedList &train = lists.train, &test = lists.test;
    ImagePairs train_pairs = load_list(options, train, recipe, augmentation, warnings);
    ImagePairs test_pairs = load_list(options, test, recipe, std::nullopt, warnings);
    const auto describe = [](const SourcedList& from) {
        return fmt::format("{} pairs of {} images from {}", from.list.pairs.size(), from.list.images.size(),
                           ditto::clean_text(from.source));
    };
    std::string description = describe(train);
    if (!test.list.pairs.empty()) description += "; to test with, " + describe(test);
    TrainingData data{std::move(description), std::move(train_pairs), std::nullopt, {}, std::move(test_pairs)};
    for (std::string& warning : list_warnings(options.images, train.list, test.list))
        warnings.push_back(std::move(warning));
    if (!lists.people.empty()) data.description += "\n      " + ditto::clean_text(lists.people);
    if (!needs_people(options)) return data;
    if (lists.people.empty())
        data.description += "\n      " + ditto::clean_text(people_text(train.people, options.train));
    use_people(options, train.people, data, warnings);
    return data;
}

}  // namespace

TrainingData load_data(const Options& options, const ImageRecipe& recipe, std::vector<std::string>& warnings) {
    const Augmentation augmentation =
        options.augment ? Augmentation(ditto::scaled(ditto::AugmentationSettings{}, options.augmentation))
                        : std::nullopt;
    return options.faces ? built_in_faces(options, recipe, augmentation, warnings)
                         : own_images(options, recipe, augmentation, warnings);
}
