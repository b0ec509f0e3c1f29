#include "data_warnings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <ditto/pairs/people.hpp>
#include <ditto/pairs/same_pictures.hpp>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace {

constexpr std::size_t few_images = 500;  // with fewer, even the compact network learns them by heart
constexpr std::size_t few_pairs = 100;   // an accuracy on these has a standard error of up to 5 points

// Two lists as one: what the rows and folders of either say of people then holds for both.
struct BothLists {
    ditto::PairList list;
    std::vector<bool> in_train, in_test;  // [images]
    std::size_t common_rows = 0;          // of the test list that the training list has, too

    BothLists(const ditto::PairList& train, const ditto::PairList& test) {
        std::set<Row> rows;
        add(train, in_train);
        for (const ditto::Pair& pair : list.pairs) rows.insert(row(pair));
        add(test, in_test);
        for (std::size_t i = train.pairs.size(); i < list.pairs.size(); ++i)
            common_rows += rows.contains(row(list.pairs[i])) ? 1 : 0;
        in_train.resize(list.images.size());
        in_test.resize(list.images.size());
    }

  private:
    using Row = std::tuple<std::uint32_t, std::uint32_t, ditto::PairLabel>;

    static Row row(const ditto::Pair& pair) {
        return {std::min(pair.left, pair.right), std::max(pair.left, pair.right), pair.label};
    }

    void add(const ditto::PairList& some, std::vector<bool>& is_in) {
        std::vector<std::uint32_t> places;
        for (const std::string& image : some.images) {
            const auto [entry, is_new] = numbers_.try_emplace(image, static_cast<std::uint32_t>(list.images.size()));
            if (is_new) list.images.push_back(image);
            places.push_back(entry->second);
        }
        is_in.resize(list.images.size());
        for (const std::uint32_t place : places) is_in[place] = true;
        for (ditto::Pair pair : some.pairs) {
            pair.left = places[pair.left];
            pair.right = places[pair.right];
            list.pairs.push_back(pair);
        }
    }

    std::unordered_map<std::string, std::uint32_t> numbers_;
};

std::optional<std::string> overlap(const std::filesystem::path& folder, const ditto::PairList& train,
                                   const ditto::PairList& test) {
    BothLists both(train, test);
    both.list.pictures = ditto::same_pictures(folder, both.list.images);
    const ditto::People people = likely_people(both.list);
    std::set<std::uint32_t> trained, tested, common;
    std::string first;
    for (std::uint32_t image = 0; image < both.list.images.size(); ++image)
        if (both.in_train[image]) trained.insert(people.group(image));
    for (std::uint32_t image = 0; image < both.list.images.size(); ++image) {
        if (!both.in_test[image]) continue;
        tested.insert(people.group(image));
        if (!trained.contains(people.group(image)) || !common.insert(people.group(image)).second || !first.empty())
            continue;
        const std::string parent = std::filesystem::path(both.list.images[image]).parent_path().string();
        first = people.by_folder && !parent.empty() ? parent : both.list.images[image];
    }
    if (common.empty()) return std::nullopt;
    const std::string rows =
        both.common_rows == 0 ? "" : fmt::format(", and {} of its {} pairs", both.common_rows, test.pairs.size());
    return fmt::format(
        "{} of the {} people of the test list are in the training list, too ({}){}: the test will look better than "
        "the network is on people whom it has not seen",
        common.size(), tested.size(), first, rows);
}

// How far an accuracy on so few pairs is off by chance.
double error_points(std::size_t pairs) {
    return 100.0 * std::sqrt(0.25 / static_cast<double>(pairs));
}

}  // namespace

std::vector<std::string> list_warnings(const std::filesystem::path& folder, const ditto::PairList& train,
                                       const ditto::PairList& test) {
    std::vector<std::string> warnings;
    if (!test.images.empty())
        if (auto warning = overlap(folder, train, test)) warnings.push_back(std::move(*warning));
    if (!test.pairs.empty() && test.pairs.size() < few_pairs)
        warnings.push_back(
            fmt::format("{} pairs are few to test with: an accuracy on them is off by {:.0f} points or more one time "
                        "in three; test with more",
                        test.pairs.size(), error_points(test.pairs.size())));
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
        "three, and so are the best epoch and the threshold that they choose; hold out more (--validation-people), or "
        "give more people",
        split.held_out, pairs, error_points(pairs));
}
