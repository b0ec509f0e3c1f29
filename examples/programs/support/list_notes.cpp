#include "list_notes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ditto/pairs/folder_levels.hpp>
#include <map>
#include <optional>
#include <utility>

namespace support {

namespace {

// Labels that say the opposite of the folders.
std::optional<std::string> inversion_note(const ditto::PairList& list, const std::string& name) {
    const ditto::FolderAgreement rows = folder_agreement(list);
    if (!rows.is_inverted()) return std::nullopt;
    return fmt::format(
        "{}: the labels look the wrong way round: {} of {} rows labelled same (1) have their images in two folders, "
        "and "
        "{} of {} labelled different (0) in one; if a folder is a person, exchange 0 and 1",
        name, rows.same_across, rows.same_across + rows.same_inside, rows.different_inside,
        rows.different_inside + rows.different_across);
}

// One kind so rare that an accuracy of all pairs says little.
std::optional<std::string> base_rate_note(const ditto::PairList& list, const std::string& name) {
    if (list.pairs.empty()) return std::nullopt;
    const auto pairs = static_cast<double>(list.pairs.size());
    const double same =
        static_cast<double>(std::ranges::count(list.pairs, ditto::PairLabel::same, &ditto::Pair::label));
    const double rarer = std::min(same, pairs - same) / pairs;
    if (rarer == 0.0 || rarer > 0.2) return std::nullopt;
    return fmt::format(
        "{}: {:.1f} % of the pairs are {}, so that always answering {} gets {:.1f} % right; thresholds are chosen as "
        "if "
        "both kinds were as many",
        name, 100.0 * rarer, 2.0 * same < pairs ? "same" : "different", 2.0 * same < pairs ? "different" : "same",
        100.0 * (1.0 - rarer));
}

}  // namespace

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
    if (auto note = inversion_note(list, name)) notes.push_back(std::move(*note));
    if (auto note = base_rate_note(list, name)) notes.push_back(std::move(*note));
    return notes;
}

}  // namespace support
