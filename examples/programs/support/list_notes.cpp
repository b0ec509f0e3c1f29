#include "list_notes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace support {

std::vector<std::string> list_notes(const ditto::PairList& list, const std::string& name) {
    std::map<std::pair<std::uint32_t, std::uint32_t>, ditto::PairLabel> labels;
    std::size_t contradictions = 0, with_itself = 0;
    std::optional<ditto::Pair> contradiction;
    for (const ditto::Pair& pair : list.pairs) {
        with_itself += pair.left == pair.right;
        const auto [entry, is_new] = labels.emplace(std::minmax(pair.left, pair.right), pair.label);
        if (is_new || entry->second == pair.label) continue;
        ++contradictions;
        if (!contradiction) contradiction = pair;
    }
    std::vector<std::string> notes;
    if (contradiction)
        notes.push_back(fmt::format("{}: {} and {} are labelled same in one row and different in another; {} such {}",
                                    name, list.images[contradiction->left], list.images[contradiction->right],
                                    contradictions, contradictions == 1 ? "row" : "rows"));
    if (with_itself > 0)
        notes.push_back(fmt::format("{}: {} {} an image with itself, which says nothing of a network", name,
                                    with_itself, with_itself == 1 ? "row pairs" : "rows pair"));
    return notes;
}

}  // namespace support
