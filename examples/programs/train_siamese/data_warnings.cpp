#include "data_warnings.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <ditto/pairs/people.hpp>
#include <filesystem>
#include <set>

namespace {

constexpr std::size_t few_images = 500;  // with fewer, even the compact network learns them by heart
constexpr std::size_t few_pairs = 100;   // an accuracy on these has a standard error of up to 5 points

std::set<std::string> folders_of(const ditto::PairList& list) {
    std::set<std::string> folders;
    for (const std::string& image : list.images) folders.insert(std::filesystem::path(image).parent_path().string());
    return folders;
}

// What both have, and how a warning begins that says so; `whole` is how many the test has.
std::optional<std::string> overlap(const std::set<std::string>& train, const std::set<std::string>& test,
                                   const std::string& what) {
    std::size_t both = 0;
    std::string first;
    for (const std::string& name : test)
        if (train.contains(name) && both++ == 0) first = name;
    if (both == 0) return std::nullopt;
    return fmt::format(
        "{} of the {} {} of the test list are in the training list, too ({}): the test will look better than the "
        "network is on people whom it has not seen",
        both, test.size(), what, first);
}

bool is_by_folder(const ditto::PairList& list) {
    try {
        return people_of(list).by_folder;
    } catch (const ditto::Error&) {  // the pairs contradict each other
        return false;
    }
}

}  // namespace

std::vector<std::string> list_warnings(const ditto::PairList& train, const ditto::PairList& test) {
    std::vector<std::string> warnings;
    const bool by_folder = !test.images.empty() && is_by_folder(train) && is_by_folder(test);
    const auto names = [&](const ditto::PairList& list) {
        return by_folder ? folders_of(list) : std::set<std::string>(list.images.begin(), list.images.end());
    };
    if (auto warning = overlap(names(train), names(test), by_folder ? "people" : "images"))
        warnings.push_back(std::move(*warning));
    if (train.images.size() < few_images)
        warnings.push_back(
            fmt::format("{} images are few: a network of millions of parameters learns them by heart. A few thousand "
                        "pairs of many people are a start",
                        train.images.size()));
    return warnings;
}

std::optional<std::string> validation_warning(const ditto::PeopleSplit& split) {
    const std::size_t pairs = split.validation.size();
    if (pairs >= few_pairs) return std::nullopt;
    return fmt::format(
        "the {} people held out make {} pairs: an accuracy on so few is off by {:.0f} points or more one time in "
        "three, "
        "and so are the best epoch and the threshold that they choose; hold out more (--validation-people), or give "
        "more people",
        split.held_out, pairs, 100.0 * std::sqrt(0.25 / static_cast<double>(pairs)));
}
