// The picture of embedding_map(): the features of some people, each person in a colour and symbol of their own.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ditto/report/embedding_map.hpp"
#include "ditto/report/plots.hpp"

namespace ditto {

/// A person of a map, and their images by position.
struct MapPerson {
    std::string name;
    std::vector<std::size_t> images;
};

/// The people to draw: those with most images, at least two; of equals who comes first. `people` names the person of
/// each image (see person_names()), empty where it is not known. The first images of each are taken.
inline std::vector<MapPerson> choose_people(std::span<const std::string> people, std::size_t most_people = 15,
                                            std::size_t most_images = 20) {
    std::unordered_map<std::string, std::size_t> positions;
    std::vector<MapPerson> chosen;
    for (std::size_t i = 0; i < people.size(); ++i) {
        if (people[i].empty()) continue;
        const auto [entry, is_new] = positions.try_emplace(people[i], chosen.size());
        if (is_new) chosen.push_back({people[i], {}});
        chosen[entry->second].images.push_back(i);
    }
    std::erase_if(chosen, [](const MapPerson& person) { return person.images.size() < 2; });
    std::ranges::stable_sort(chosen, std::greater{}, [](const MapPerson& person) { return person.images.size(); });
    if (chosen.size() > most_people) chosen.resize(most_people);
    for (MapPerson& person : chosen)
        if (person.images.size() > most_images) person.images.resize(most_images);
    return chosen;
}

/// The map of people's images as an `svg` element. `features` [images, dimension] are those of the people's images, one
/// person after another. Throws Error as run_gnuplot() does.
inline std::string people_plot(std::string_view id, std::span<const MapPerson> people, std::span<const float> features,
                               std::size_t dimension) {
    // Each colour meets each symbol once before a pair of them comes again.
    constexpr std::array<std::string_view, 8> colours = {"#1d6fd1", "#d9480f", "#0f9d76", "#b5179e",
                                                         "#111827", "#c28b00", "#0891b2", "#7c3aed"};
    constexpr std::array symbols = {7, 5, 9, 13, 11, 6, 4};  // of gnuplot: filled ones, then open ones
    const std::size_t images = features.size() / dimension;
    const auto perplexity = static_cast<double>(images) / static_cast<double>(people.size());
    const std::vector<MapPoint> map = embedding_map(features, dimension, perplexity);

    std::array<std::vector<double>, 2> places;
    for (const MapPoint& point : map)
        for (std::size_t axis = 0; axis < 2; ++axis) places[axis].push_back(point[axis]);

    // gnuplot leaves out names that do not fit into two columns, so they are cut; short ones need room between columns.
    constexpr std::size_t most_characters = 24;
    const bool short_names =
        std::ranges::all_of(people, [](const MapPerson& person) { return person.name.size() < 12; });
    const auto rows = static_cast<int>((people.size() + 1) / 2);
    std::string script = detail::plot_start(420 + 19 * rows) +
                         "unset grid\nset border 15\nunset xtics\nunset ytics\n"
                         "set key outside bottom center vertical maxrows " +
                         std::to_string(rows) + fmt::format(" Left reverse samplen 1 width {}\n", short_names ? 4 : 0) +
                         detail::axis_range("x", places[0], 0.05) + detail::axis_range("y", places[1], 0.05);
    std::string plots;
    std::size_t at = 0;
    for (std::size_t i = 0; i < people.size(); ++i) {
        const std::size_t count = people[i].images.size();
        script += detail::data_block(fmt::format("person{}", i), std::span(map).subspan(at, count));
        at += count;
        plots +=
            fmt::format("{}$person{} with points pointtype {} pointsize 0.75 linewidth 1.5 linecolor '{}' title {}",
                        i == 0 ? "plot " : ", ", i, symbols[i % symbols.size()], colours[i % colours.size()],
                        gnuplot_string(people[i].name, most_characters));
    }
    return detail::draw(script + plots + "\n", id, "Map of features");
}

}  // namespace ditto
