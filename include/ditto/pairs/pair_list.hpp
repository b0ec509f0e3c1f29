// Lists of image pairs: three columns, or the forms of Labeled Faces in the Wild.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/core/pair_label.hpp"
#include "ditto/core/read_file.hpp"

namespace ditto {

/// Two images, by their position in a list of images, and whether they show the same person.
struct Pair {
    std::uint32_t left = 0;
    std::uint32_t right = 0;
    PairLabel label = PairLabel::different;
    std::uint32_t fold = 0;  ///< part of a cross-validation that the pair belongs to
};

/// The pairs of a file in its order, and each image they name once, in order of appearance.
struct PairList {
    std::vector<std::string> images;  ///< paths as the file writes them, relative to a folder of images
    std::vector<Pair> pairs;
    std::uint32_t folds = 1;
};

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

namespace detail {

/// A number from 1 to 99,999,999 without sign or other characters.
inline std::optional<std::uint32_t> parse_count(std::string_view text) {
    std::uint32_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc{} || end != text.data() + text.size() || value == 0 || value > 99'999'999)
        return std::nullopt;
    return value;
}

/// The columns of a line: separated by tabs if it has two or more (paths may then hold spaces), by white space
/// otherwise.
inline std::vector<std::string_view> split_columns(std::string_view line) {
    constexpr std::string_view white = " \t\r";
    const std::string_view separators = std::count(line.begin(), line.end(), '\t') >= 2 ? "\t" : white;
    std::vector<std::string_view> columns;
    while (!line.empty()) {
        const std::size_t end = std::min(line.find_first_of(separators), line.size());
        const std::size_t first = line.find_first_not_of(white);
        if (first < end) columns.push_back(line.substr(first, line.find_last_not_of(white, end - 1) - first + 1));
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    return columns;
}

/// LFW's path of the image `number` (from 1) of a person: Name/Name_0001.jpg.
inline std::string lfw_path(std::string_view person, std::uint32_t number) {
    const std::string name(person), digits = std::to_string(number);
    return name + "/" + name + "_" + std::string(digits.size() < 4 ? 4 - digits.size() : 0, '0') + digits + ".jpg";
}

/// Turns the rows of one file into a PairList.
class PairListParser {
  public:
    explicit PairListParser(std::string name) : name_(std::move(name)) {}

    PairList parse(std::string_view text) {
        if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // the byte order mark that some editors write
        while (!text.empty()) {
            const std::size_t end = std::min(text.find('\n'), text.size());
            ++line_;
            row(split_columns(text.substr(0, end)));
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        finish();
        return std::move(list_);
    }

  private:
    void row(const std::vector<std::string_view>& columns) {
        if (columns.empty() || columns[0].front() == '#') return;
        if (list_.pairs.empty() && pairs_per_label_ == 0 && counts(columns)) return;
        if (list_.pairs.empty()) lfw_ = lfw_ || is_lfw(columns);
        if (lfw_)
            lfw_row(columns);
        else
            three_column_row(columns);
    }

    /// LFW's first line: the pairs of each label, with the number of folds before it or not.
    bool counts(const std::vector<std::string_view>& columns) {
        if (columns.size() > 2) return false;
        const auto first = parse_count(columns.front()), last = parse_count(columns.back());
        if (!first || !last) return false;
        if (columns.size() == 2) list_.folds = *first;
        pairs_per_label_ = *last;
        lfw_ = true;
        return true;
    }

    static bool is_lfw(const std::vector<std::string_view>& columns) {
        return (columns.size() == 3 && parse_count(columns[1]) && parse_count(columns[2])) ||
               (columns.size() == 4 && parse_count(columns[1]) && parse_count(columns[3]));
    }

    void lfw_row(const std::vector<std::string_view>& columns) {
        if (!is_lfw(columns)) fail("is neither 'name n1 n2' nor 'name1 n1 name2 n2'");
        const bool same = columns.size() == 3;
        add(lfw_path(columns[0], *parse_count(columns[1])),
            lfw_path(columns[same ? 0 : 2], *parse_count(columns.back())),
            same ? PairLabel::same : PairLabel::different);
    }

    void three_column_row(const std::vector<std::string_view>& columns) {
        if (columns.size() != 3) fail("is not 'pathA pathB label' (with spaces in paths, separate by tabs)");
        if (columns[2] != "0" && columns[2] != "1")
            fail("has the label '" + std::string(columns[2]) + "'; it must be 1 (same) or 0 (different)");
        add(std::string(columns[0]), std::string(columns[1]),
            columns[2] == "1" ? PairLabel::same : PairLabel::different);
    }

    void add(std::string left, std::string right, PairLabel label) {
        const auto row = static_cast<std::uint32_t>(list_.pairs.size());
        const std::uint32_t fold = pairs_per_label_ == 0 ? 0 : row / (2 * pairs_per_label_);
        const std::uint32_t left_image = image(std::move(left));
        list_.pairs.push_back({left_image, image(std::move(right)), label, fold});
    }

    std::uint32_t image(std::string path) {
        const auto [entry, is_new] = positions_.try_emplace(path, static_cast<std::uint32_t>(list_.images.size()));
        if (is_new) list_.images.push_back(std::move(path));
        return entry->second;
    }

    void finish() const {
        if (list_.pairs.empty()) throw Error(name_ + ": the list holds no pairs; write one 'pathA pathB label' a line");
        const std::uint64_t expected = std::uint64_t{2} * pairs_per_label_ * list_.folds;
        if (pairs_per_label_ != 0 && list_.pairs.size() != expected)
            throw Error(name_ + ": the list holds " + std::to_string(list_.pairs.size()) +
                        " pairs, but its first line " + "announces " + std::to_string(expected) + "; is it cut short?");
    }

    [[noreturn]] void fail(const std::string& what) const {
        throw Error(name_ + ", line " + std::to_string(line_) + ": the row " + what);
    }

    std::string name_;
    PairList list_;
    std::unordered_map<std::string, std::uint32_t> positions_;
    std::uint32_t pairs_per_label_ = 0;  // in each fold; 0: not announced
    std::size_t line_ = 0;
    bool lfw_ = false;
};

}  // namespace detail

/// Parses a list of pairs. Forms, told apart by the first row:
/// - three columns `pathA pathB label`, label 1 (same person) or 0, separated by spaces, or by tabs, and then paths may
/// hold spaces;
/// - LFW: rows `name n1 n2` (same) and `name1 n1 name2 n2` (different), for images `Name/Name_0001.jpg`; before them
///   a line `pairs` (pairsDevTrain.txt) or `folds pairs` (pairs.txt), pairs of each label in each fold, or no such
///   line.
/// Blank lines, lines that begin with '#' and Windows line ends are accepted. `name` stands in errors. Throws Error,
/// with the line's number, for a row that fits no form or a label that is not 0 or 1; also for an empty list.
inline PairList parse_pair_list(std::string_view text, std::string name) {
    return detail::PairListParser(std::move(name)).parse(text);
}

/// Reads a list of pairs from a file: see parse_pair_list(). Throws Error also if the file cannot be read.
inline PairList read_pair_list(const std::filesystem::path& path) {
    const std::vector<std::uint8_t> bytes = read_file(path);
    return parse_pair_list({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path.string());
}

/// The list as text of three columns, which parse_pair_list() reads; folds are not told.
inline std::string pair_list_text(const PairList& list) {
    std::string text;
    for (const Pair& pair : list.pairs)
        text += list.images[pair.left] + "\t" + list.images[pair.right] + "\t" +
                (pair.label == PairLabel::same ? "1\n" : "0\n");
    return text;
}

}  // namespace ditto
