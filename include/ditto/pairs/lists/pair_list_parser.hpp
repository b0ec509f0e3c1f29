// From rows of columns to pairs: the forms that lists of pairs have.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/core/pair_label.hpp"
#include "ditto/images/image_name.hpp"
#include "ditto/pairs/lists/list_rows.hpp"
#include "ditto/pairs/pair.hpp"

namespace ditto::detail {

using Columns = std::vector<std::string>;

/// A number from 1 to 99,999,999 without sign or other characters.
inline std::optional<std::uint32_t> parse_count(std::string_view text) {
    std::uint32_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc{} || end != text.data() + text.size() || value == 0 || value > 99'999'999)
        return std::nullopt;
    return value;
}

inline bool is_label(std::string_view text) {
    return text == "0" || text == "1";
}

/// LFW's path of the image `number` (from 1) of a person: Name/Name_0001.jpg.
inline std::string lfw_path(std::string_view person, std::uint32_t number) {
    const std::string name(person), digits = std::to_string(number);
    return name + "/" + name + "_" + std::string(digits.size() < 4 ? 4 - digits.size() : 0, '0') + digits + ".jpg";
}

/// LFW's first line: the pairs of each label, with the number of folds before it or not.
inline bool is_counts(const Columns& columns) {
    return columns.size() <= 2 &&
           std::ranges::all_of(columns, [](const auto& each) { return parse_count(each).has_value(); });
}
/// `name n1 n2`, or `name1 n1 name2 n2`.
inline bool is_lfw(const Columns& columns) {
    return (columns.size() == 3 && parse_count(columns[1]) && parse_count(columns[2])) ||
           (columns.size() == 4 && parse_count(columns[1]) && parse_count(columns[3]));
}
/// `path label`, of which two rows are a pair.
inline bool is_half(const Columns& columns) {
    return columns.size() == 2 && is_label(columns[1]) && !parse_count(columns[0]);
}
inline bool is_whole(const Columns& columns) {
    return columns.size() == 3 && is_label(columns[2]);
}

/// What a first row of columns' names tells: nothing if it is none.
enum class Header { none, labels, numbers };

/// Names of columns: the last is called what labels are, or the number of LFW's second image; and no other can be a
/// path.
inline Header header_of(const Columns& columns) {
    constexpr std::array<std::string_view, 11> labels = {"label",       "labels",       "same",   "issame",
                                                         "sameperson",  "issameperson", "target", "match",
                                                         "groundtruth", "class",        "y"};
    constexpr std::array<std::string_view, 3> numbers = {"imagenum2", "imagenum21", "n2"};
    const auto can_be_path = [](const auto& each) {
        return each.find('/') != std::string::npos || has_image_name(each);
    };
    if (columns.size() < 2 || columns.size() > 4 || std::ranges::any_of(columns, can_be_path)) return Header::none;
    std::string last;
    for (const char c : columns.back()) {
        if (c >= 'A' && c <= 'Z') last += static_cast<char>(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) last += c;
    }
    if (std::ranges::find(labels, last) != labels.end()) return Header::labels;
    return std::ranges::find(numbers, last) != numbers.end() ? Header::numbers : Header::none;
}

/// Turns the rows of one text into a PairList.
class PairListParser {
  public:
    PairListParser(std::string_view text, std::string name) : reader_(text, name), name_(std::move(name)) {}

    PairList parse() {
        while (true) {
            const auto row = reader_.next(separator());
            if (!row) break;
            line_ = row->line;
            take(row->columns);
        }
        finish();
        return std::move(list_);
    }

  private:
    enum class Form { unknown, lfw, whole, halves };

    // What the coming row is separated by: what makes a row of a known form of it, for the first that tells.
    Separator separator() {
        if (separator_) return *separator_;
        for (const Separator each : {Separator::comma, Separator::semicolon, Separator::blank}) {
            const auto row = reader_.peek(each);
            if (!row || row->columns.size() < 2) continue;  // a number alone tells nothing
            const Columns& columns = row->columns;
            if (is_counts(columns) || is_lfw(columns) || is_whole(columns) || is_half(columns) ||
                header_of(columns) != Header::none)
                return *(separator_ = each);
        }
        for (const Separator each : {Separator::comma, Separator::semicolon})  // for what is wrong with the row
            if (const auto row = reader_.peek(each); row && row->columns.size() > 2) return each;
        return Separator::blank;
    }

    void take(const Columns& columns) {
        if (form_ == Form::unknown) {
            if (pairs_per_label_ == 0 && is_counts(columns)) return announce(columns);
            if (const Header header = header_of(columns); !has_header_ && header != Header::none) {
                has_header_ = true;
                if (header == Header::labels && columns.size() == 3) form_ = Form::whole;
                return;
            }
            form_ = pairs_per_label_ != 0 || is_lfw(columns) ? Form::lfw
                    : is_half(columns)                       ? Form::halves
                                                             : Form::whole;
        }
        if (form_ == Form::lfw) return lfw_row(columns);
        if (form_ == Form::halves) return half_row(columns);
        whole_row(columns);
    }

    void announce(const Columns& columns) {
        if (columns.size() == 2) list_.folds = *parse_count(columns[0]);
        pairs_per_label_ = *parse_count(columns.back());
    }

    void lfw_row(const Columns& columns) {
        if (!is_lfw(columns)) fail("is neither 'name n1 n2' nor 'name1 n1 name2 n2'");
        const bool same = columns.size() == 3;
        add(lfw_path(columns[0], *parse_count(columns[1])),
            lfw_path(columns[same ? 0 : 2], *parse_count(columns.back())),
            same ? PairLabel::same : PairLabel::different);
    }

    void whole_row(const Columns& columns) {
        if (columns.size() != 3)
            fail("has " + std::to_string(columns.size()) + (columns.size() == 1 ? " column" : " columns") +
                 "; it must be 'pathA pathB label' (with spaces in paths, separate by tabs or commas)");
        require_label(columns[2], is_label(columns[0]) ? ", and it comes last" : "");
        add(columns[0], columns[1], columns[2] == "1" ? PairLabel::same : PairLabel::different);
    }

    void half_row(const Columns& columns) {
        if (columns.size() != 2) fail("is not 'path label', as the rows before it are, of which two make a pair");
        require_label(columns[1], "");
        if (!half_) {
            half_ = columns;
            half_line_ = line_;
            return;
        }
        if ((*half_)[1] != columns[1])
            fail("has the label " + columns[1] + ", but line " + std::to_string(half_line_) +
                 ", the other half of its pair, has " + (*half_)[1] + "; is a row missing?");
        add((*half_)[0], columns[0], columns[1] == "1" ? PairLabel::same : PairLabel::different);
        half_.reset();
    }

    void require_label(const std::string& label, const std::string& more) const {
        if (!is_label(label))
            fail("has the label '" + label + "'; it must be 1 (same) or 0 (different)" + more +
                 (list_.pairs.empty() ? "; a header calls its last column 'label'" : ""));
    }

    void add(const std::string& left, const std::string& right, PairLabel label) {
        const auto row = static_cast<std::uint32_t>(list_.pairs.size());
        const std::uint32_t fold = pairs_per_label_ == 0 ? 0 : row / (2 * pairs_per_label_);
        const std::uint32_t left_image = image(left);
        list_.pairs.push_back({left_image, image(right), label, fold, static_cast<std::uint32_t>(line_)});
    }

    std::uint32_t image(const std::string& written) {
        if (written.empty()) fail("has an empty path");
        std::string path = std::filesystem::path(written).lexically_normal().string();
        const auto [entry, is_new] = positions_.try_emplace(path, static_cast<std::uint32_t>(list_.images.size()));
        if (is_new) list_.images.push_back(std::move(path));
        return entry->second;
    }

    void finish() const {
        if (half_)
            throw Error(name_ + ", line " + std::to_string(half_line_) +
                        ": the list ends within a pair, of which this row is the first half; is it cut short?");
        if (list_.pairs.empty()) throw Error(name_ + ": the list holds no pairs; write one 'pathA pathB label' a line");
        const std::uint64_t expected = std::uint64_t{2} * pairs_per_label_ * list_.folds;
        if (pairs_per_label_ != 0 && list_.pairs.size() != expected)
            throw Error(name_ + ": the list holds " + std::to_string(list_.pairs.size()) +
                        " pairs, but its first line " + "announces " + std::to_string(expected) + "; is it cut short?");
    }

    [[noreturn]] void fail(const std::string& what) const {
        throw Error(name_ + ", line " + std::to_string(line_) + ": the row " + what);
    }

    ListReader reader_;
    std::string name_;
    std::optional<Separator> separator_;
    PairList list_;
    std::unordered_map<std::string, std::uint32_t> positions_;
    std::uint32_t pairs_per_label_ = 0;  // in each fold; 0: not announced
    Form form_ = Form::unknown;
    bool has_header_ = false;
    std::optional<Columns> half_;  // a row whose other half is to come, and its line
    std::size_t half_line_ = 0, line_ = 0;
};

}  // namespace ditto::detail
